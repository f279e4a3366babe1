"""Least privilege (SE.1b, SE.1d): every right names its action and its resource."""

import re

import pytest

from tests.infra.reading import Statement, Template, functions, may, names_in_sub, statements

API, WORKER = "ApiHandlerRole", "ProcessUploadRole"
FAILER, SWEEPER = "FailUploadRole", "ExpirePhotosRole"
SHARDER = "ExpireShardsRole"
CLEARER, AUDITOR, TELLER = "ClearOriginalsRole", "AuditLogsRole", "TellOwnersRole"
CHECKER, RECONCILER = "CheckPaymentsRole", "ReconcileBillsRole"
EDITOR, EDIT_FAILER = "ProcessEditRole", "FailEditRole"
EVERYBODY = {API, WORKER, FAILER, EDITOR, EDIT_FAILER, SWEEPER, SHARDER}

OBJECTS_OF_A_BUCKET = re.compile(r"\$\{(Originals|Renditions)Bucket\.Arn\}/\*")
INDEX_OF_A_TABLE = re.compile(r"\$\{(Photos|Payments)Table\.Arn\}/index/[a-z_]+")
PATHS_OF_STAFF = re.compile(
    r"arn:\$\{AWS::Partition\}:execute-api:\$\{AWS::Region\}:\$\{AWS::AccountId\}:"
    r"\$\{RestAPI\}/live/(GET|\*)/v1/staff/[a-z]+/\*"
)
OWN_LOG_STREAMS = re.compile(
    r"arn:\$\{AWS::Partition\}:logs:\$\{AWS::Region\}:\$\{AWS::AccountId\}:"
    r"log-group:/aws/lambda/\$\{AWS::StackName\}-([A-Za-z]+)-\*:log-stream:\*"
)


OWN_LOG_GROUPS = re.compile(
    r"arn:\$\{AWS::Partition\}:logs:\$\{AWS::Region\}:\$\{AWS::AccountId\}:"
    r"log-group:(/aws/lambda/)?\$\{AWS::StackName\}-\*"
)


def _allowed(template: Template) -> list[Statement]:
    """What is allowed anywhere but by keys, where `kms:*` on `*` is the account's, on this key."""
    return [
        statement
        for statement in statements(template)
        if statement.allows and statement.owner_type != "AWS::KMS::Key"
    ]


class TestWildcards:
    def test_no_action_is_a_wildcard(self, template: Template) -> None:
        wild = [
            (statement.owner, action)
            for statement in _allowed(template)
            for action in statement.actions
            if "*" in action or "?" in action
        ]

        assert wild == []
        assert not any("NotAction" in statement.body for statement in _allowed(template))

    def test_no_resource_is_a_wildcard(self, template: Template) -> None:
        for statement in _allowed(template):
            if statement.actions == ["logs:DescribeLogGroups"]:
                continue
            for resource in statement.resources:
                assert _names_something(resource), (statement.owner, resource)

    def test_only_the_names_of_log_groups_are_read_of_all_of_them(self, template: Template) -> None:
        """DescribeLogGroups is about no single group; the region is the tightest form there is."""
        broad = [
            statement
            for statement in _allowed(template)
            if "logs:DescribeLogGroups" in statement.actions
        ]

        assert [(one.owner, one.resources) for one in broad] == [(AUDITOR, ["*"])]
        assert broad[0].body["Condition"] == {
            "StringEquals": {"aws:RequestedRegion": {"Ref": "AWS::Region"}}
        }

    def test_log_groups_are_changed_by_their_audit_alone(self, template: Template) -> None:
        changing = {
            statement.owner
            for statement in _allowed(template)
            if set(statement.actions) & {"logs:PutRetentionPolicy", "logs:DeleteLogGroup"}
        }

        assert changing == {AUDITOR}

    def test_the_sms_right_excludes_everything_that_has_a_name(self, template: Template) -> None:
        """An SMS to a number has no ARN; excluding all topics is the tightest form there is."""
        negative = [
            statement for statement in _allowed(template) if "NotResource" in statement.body
        ]

        for statement in negative:
            assert statement.owner == "SmsPolicy"
            assert statement.actions == ["sns:Publish"]
            assert statement.body["NotResource"] == {"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}
            assert statement.body["Condition"] == {
                "StringEquals": {"aws:RequestedRegion": {"Ref": "AWS::Region"}}
            }

    def test_each_sender_has_the_one_right_it_needs(self, templates: dict[str, Template]) -> None:
        rights = {
            stage: [
                (statement.actions, statement.body.get("Resource"))
                for statement in _allowed(template)
                if statement.owner == "SmsPolicy"
            ]
            for stage, template in templates.items()
        }

        assert rights == {
            "local": [(["sns:Publish"], None)],
            "dev": [(["sns:Publish"], None)],
            "prod": [
                (
                    ["sms-voice:SendTextMessage"],
                    [
                        {"Ref": "SmsOriginationIdentityArn"},
                        {"Ref": "SmsConfigurationSetArn"},
                        {"Ref": "SmsProtectConfigurationArn"},
                    ],
                )
            ],
            "prod-cn": [(["secretsmanager:GetSecretValue"], {"Ref": "SmsTencentSecretArn"})],
        }

    def test_each_login_reads_its_own_secret(self, templates: dict[str, Template]) -> None:
        rights = {
            stage: [
                (statement.owner, statement.actions, statement.body["Resource"])
                for statement in _allowed(template)
                if statement.owner.endswith("LoginPolicy")
            ]
            for stage, template in templates.items()
        }
        both = [
            (
                f"{name}LoginPolicy",
                ["secretsmanager:GetSecretValue"],
                {"Ref": f"{name}LoginSecretArn"},
            )
            for name in ("Wechat", "Alipay")
        ]

        assert {stage: sorted(found, key=str) for stage, found in rights.items()} == {
            "local": sorted(both, key=str),
            "dev": [],
            "prod": [],
            "prod-cn": sorted(both, key=str),
        }

    def test_nobody_is_everybody(self, template: Template) -> None:
        assert all(statement.body.get("Principal") != "*" for statement in _allowed(template))

    def test_a_key_leaves_the_decision_to_its_own_account(self, template: Template) -> None:
        for statement in statements(template):
            if statement.owner_type == "AWS::KMS::Key":
                assert statement.body["Principal"] == {
                    "AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
                }

    def test_roles_are_for_the_services_that_use_them(self, template: Template) -> None:
        trusted = {
            statement.owner: statement.body["Principal"]
            for statement in statements(template)
            if statement.actions == ["sts:AssumeRole"] and "StaffRole" not in statement.owner
        }

        assert trusted.pop("ApiGatewayLogRole") == {"Service": "apigateway.amazonaws.com"}
        assert set(trusted) == EVERYBODY | {CHECKER, RECONCILER, CLEARER, AUDITOR, TELLER}
        assert all(value == {"Service": "lambda.amazonaws.com"} for value in trusted.values())


class TestWhoMayDoWhat:
    @pytest.mark.parametrize(
        ("action", "target", "roles"),
        [
            ("s3:GetObject", "OriginalsBucket", {WORKER}),
            ("s3:GetObject", "RenditionsBucket", {API, EDITOR, SWEEPER, SHARDER}),
            ("s3:PutObject", "OriginalsBucket", {API}),
            ("s3:PutObject", "RenditionsBucket", {WORKER, EDITOR, API, SWEEPER, SHARDER}),
            ("dynamodb:ConditionCheckItem", "PhotosTable", {API, SWEEPER, SHARDER, EDITOR}),
            ("s3:PutObjectTagging", "OriginalsBucket", set()),
            ("s3:PutObjectTagging", "RenditionsBucket", {WORKER, EDITOR, API, SWEEPER, SHARDER}),
            ("s3:DeleteObject", "OriginalsBucket", EVERYBODY - {EDITOR, EDIT_FAILER} | {CLEARER}),
            ("s3:DeleteObjectVersion", "RenditionsBucket", EVERYBODY),
            ("kms:Decrypt", "OriginalsKey", {WORKER}),
            ("kms:Encrypt", "PhonesKey", {API}),
            ("kms:Decrypt", "PhonesKey", set()),
            ("secretsmanager:GetSecretValue", "SessionSecret", {API}),
            ("secretsmanager:GetSecretValue", "PhoneIndexSecret", {API}),
            ("dynamodb:GetItem", "AccountsTable", {API, SWEEPER, SHARDER}),
            ("dynamodb:PutItem", "AccountsTable", {API, TELLER}),
            ("dynamodb:UpdateItem", "AccountsTable", {API}),
            ("dynamodb:DeleteItem", "PhotosTable", EVERYBODY - {WORKER, FAILER}),
            ("secretsmanager:GetSecretValue", "PaymentsSecret", {API, CHECKER, RECONCILER}),
            ("secretsmanager:GetSecretValue", "WechatpaySecret", {API, CHECKER, RECONCILER}),
            ("secretsmanager:GetSecretValue", "AlipaySecret", {API, CHECKER, RECONCILER}),
            (
                "dynamodb:UpdateItem",
                "PaymentsTable",
                {API, CHECKER, RECONCILER, EDITOR, EDIT_FAILER},
            ),
            ("dynamodb:GetItem", "PaymentsTable", {API, CHECKER, RECONCILER}),
            ("dynamodb:PutItem", "PaymentsTable", {API, CHECKER, RECONCILER}),
            ("dynamodb:Query", "PaymentsTable", {API, CHECKER, RECONCILER}),
            ("dynamodb:DeleteItem", "PaymentsTable", set()),
            ("sqs:ReceiveMessage", "UploadsQueue", {WORKER}),
            ("sqs:ReceiveMessage", "UploadsDeadLetterQueue", {FAILER}),
            ("sqs:SendMessage", "UploadsQueue", {CLEARER}),
            ("sqs:ReceiveMessage", "EditsQueue", {EDITOR}),
            ("sqs:ReceiveMessage", "EditsDeadLetterQueue", {EDIT_FAILER}),
            ("sqs:SendMessage", "EditsQueue", {API, WORKER, FAILER}),
        ],
    )
    def test_only_those_who_need_it(
        self, template: Template, action: str, target: str, roles: set[str]
    ) -> None:
        assert may(template, action, target) == roles

    def test_the_tables_key_opens_nothing_but_tables(self, template: Template) -> None:
        through = {
            (statement.owner, str(statement.body["Condition"]["StringEquals"]["kms:ViaService"]))
            for statement in _allowed(template)
            if {"Fn::GetAtt": ["TablesKey", "Arn"]} in statement.resources
        }

        assert {owner for owner, _ in through} == EVERYBODY | {CLEARER, TELLER}
        assert all("dynamodb.${AWS::Region}" in service for _, service in through)

    def test_payments_and_the_rest_are_apart(self, template: Template) -> None:
        """SE.1b: who checks payments sees nothing else, and who handles photos no payment."""
        for target in ("AccountsTable", "PhotosTable", "TablesKey"):
            assert not {CHECKER, RECONCILER} & may(template, "dynamodb:GetItem", target)
        for statement in _allowed(template):
            known = (API, CHECKER, RECONCILER)
            if "Payments" in str(statement.resources) and statement.owner not in known:
                assert statement.owner in (EDITOR, EDIT_FAILER)
                assert statement.body["Sid"] in ("MarkCharges", "PaymentsKeyThroughDynamoDB")

    def test_who_makes_edits_may_mark_a_charge_and_learns_of_no_payment(
        self, template: Template
    ) -> None:
        """A charge names neither a wallet nor an order in clear; nothing else is under its key."""
        marks = [one for one in _allowed(template) if one.body.get("Sid") == "MarkCharges"]

        assert {one.owner for one in marks} == {EDITOR, EDIT_FAILER}
        for statement in marks:
            assert statement.actions == ["dynamodb:UpdateItem"]
            assert statement.body["Condition"] == {
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["CHARGE#*"]}
            }

    def test_a_function_writes_its_own_log_and_makes_no_group(self, template: Template) -> None:
        """A group that a function made would be kept for ever, and not for a year."""
        for name, function in functions(template).items():
            role = function["Role"]["Fn::GetAtt"][0]
            [logs] = [
                statement
                for statement in _allowed(template)
                if statement.owner == role and "logs:PutLogEvents" in statement.actions
            ]
            found = OWN_LOG_STREAMS.fullmatch(logs.body["Resource"]["Fn::Sub"])
            assert found, name
            assert found[1] == name
            assert logs.actions == ["logs:CreateLogStream", "logs:PutLogEvents"]

    def test_no_right_to_recognise_anybody(self, template: Template) -> None:
        """FD.5: no facial recognition, labelling or comparison."""
        services = {action.split(":")[0] for row in statements(template) for action in row.actions}

        assert services <= {
            *("dynamodb", "execute-api", "kms", "logs", "s3"),
            *("secretsmanager", "sms-voice", "sns", "sqs", "sts"),
        }


def _names_something(resource: object) -> bool:
    """Whether a resource is one thing by name, or all that is inside one thing by name."""
    match resource:
        case {"Fn::GetAtt": [str(), "Arn" | "Id"]} | {"Ref": str()}:
            return True
        case {"Fn::Sub": str(text)}:
            inside = (OBJECTS_OF_A_BUCKET, INDEX_OF_A_TABLE, OWN_LOG_STREAMS, OWN_LOG_GROUPS)
            exact = "*" not in text and any(True for _ in names_in_sub(text))
            return exact or any(one.fullmatch(text) for one in (*inside, PATHS_OF_STAFF))
    return False
