"""What must be true of the packaged template, in every stage."""

import json
import re
from typing import Any

import pytest

from chalicelib.errors import PROBLEM_BASE, AppError
from chalicelib.settings import LOGIN_SUBJECTS, NEEDS, SMS_VARIABLES, SmsSenderKind
from infra.check import LINTED_REGIONS, lint
from infra.package import Package
from tests.infra.reading import Template, functions, leaves, references, resources_of, walk
from tests.refusals import error_classes

PSEUDO_PARAMETER = "AWS::"
TRIGGERED_BY_QUEUE = {
    "ProcessUpload": "UploadsQueue",
    "FailUpload": "UploadsDeadLetterQueue",
    "ProcessEdit": "EditsQueue",
    "FailEdit": "EditsDeadLetterQueue",
    "ExpireShards": "ShardsQueue",
}
YEAR_OF_LOGS_DAYS = 365
ACCESS_LOG_FIELDS = {"time", "source_ip", "method", "route", "status", "request_id", "latency_ms"}


class TestReferences:
    def test_nothing_refers_to_what_is_not_there(self, template: Template) -> None:
        known = set(template["Resources"]) | set(template["Parameters"])

        dangling = {
            (".".join(path), name)
            for path, name in references(template)
            if name not in known and not name.startswith(PSEUDO_PARAMETER)
        }

        assert dangling == set()

    def test_a_dangling_reference_would_be_seen(self) -> None:
        broken: Template = {"A": {"Fn::Sub": ["${Gone.Arn}${Own}", {"Own": {"Ref": "Lost"}}]}}

        assert {name for _, name in references(broken)} == {"Gone", "Lost"}

    def test_no_resource_is_left_without_a_type(self, template: Template) -> None:
        """A typing error in a logical id would add a resource where it meant to change one."""
        assert all("Type" in resource for resource in template["Resources"].values())

    def test_cfn_lint_is_content_in_every_kind_of_region(
        self, packaged: dict[str, Package]
    ) -> None:
        assert lint([made.template for made in packaged.values()], LINTED_REGIONS) == []


class TestPartition:
    @pytest.mark.parametrize(
        ("what", "pattern"),
        [
            ("partition", r"arn:aws[a-z-]*:"),
            ("account", r"(?<![0-9a-f-])\d{12}(?![0-9a-f-])"),
            ("region", r"\b(us|eu|ap|sa|ca|me|af|cn)-[a-z]+-\d\b"),
        ],
    )
    def test_no_place_is_written_out(self, template: Template, what: str, pattern: str) -> None:
        written_out = [
            (".".join(path), value)
            for path, value in leaves(template).items()
            if isinstance(value, str) and re.search(pattern, value)
        ]

        assert written_out == [], what

    def test_the_api_is_regional(self, template: Template) -> None:
        apis = resources_of(template, "AWS::Serverless::Api")

        assert [api["EndpointConfiguration"] for api in apis.values()] == ["REGIONAL"]

    def test_china_sends_no_texts_through_aws(self, templates: dict[str, Template]) -> None:
        template = json.dumps(templates["prod-cn"])

        assert "sns" not in template
        assert "sms-voice" not in template
        assert templates["prod-cn"]["Globals"]["Function"]["Environment"]["Variables"][
            "SMS_SENDER"
        ] == ("tencent")


class TestFunctions:
    def test_every_handler_is_in_app(self, template: Template) -> None:
        """A handler elsewhere is imported without app.py: its middleware would not run."""
        handlers = [function["Handler"] for function in functions(template).values()]

        assert len(handlers) == 12
        assert all(handler.startswith("app.") for handler in handlers)

    def test_every_function_has_a_role_of_its_own(self, template: Template) -> None:
        roles = [json.dumps(function["Role"]) for function in functions(template).values()]

        assert len(set(roles)) == len(roles) == len(functions(template))

    def test_every_function_has_a_log_group_of_its_own(self, template: Template) -> None:
        groups = resources_of(template, "AWS::Logs::LogGroup").values()

        named = {json.dumps(group["LogGroupName"]) for group in groups if "LogGroupName" in group}

        wanted = {
            json.dumps({"Fn::Sub": f"/aws/lambda/${{{name}}}"}) for name in functions(template)
        }
        assert named == wanted

    def test_nothing_is_traced(self, template: Template) -> None:
        tracing = {function["Tracing"] for function in functions(template).values()}

        assert tracing == {"PassThrough"}
        assert "TracingEnabled" not in json.dumps(template)
        assert "xray:" not in json.dumps(template)

    @pytest.mark.parametrize(("function", "queue"), TRIGGERED_BY_QUEUE.items())
    def test_queues_are_answered_message_by_message(
        self, template: Template, function: str, queue: str
    ) -> None:
        events = functions(template)[function]["Events"].values()

        [event] = [event["Properties"] for event in events if event["Type"] == "SQS"]

        assert event["Queue"] == {"Fn::Sub": f"${{{queue}.Arn}}"}
        assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert event["ScalingConfig"]["MaximumConcurrency"] >= 2
        assert event["BatchSize"] == 1

    @pytest.mark.parametrize(("function", "queue"), TRIGGERED_BY_QUEUE.items())
    def test_a_message_stays_hidden_longer_than_its_function_may_run(
        self, template: Template, function: str, queue: str
    ) -> None:
        timeout_s = functions(template)[function]["Timeout"]

        assert template["Resources"][queue]["Properties"]["VisibilityTimeout"] >= 6 * timeout_s

    def test_expiry_is_swept_every_quarter_of_an_hour(self, template: Template) -> None:
        [event] = functions(template)["ExpirePhotos"]["Events"].values()

        assert event["Properties"]["Schedule"] == "rate(15 minutes)"

    def test_what_is_unknown_of_payments_is_asked_every_five_minutes(
        self, template: Template
    ) -> None:
        [event] = functions(template)["CheckPayments"]["Events"].values()

        assert event["Properties"]["Schedule"] == "rate(5 minutes)"

    def test_bills_are_compared_every_hour_from_when_the_first_is_made(
        self, template: Template
    ) -> None:
        [event] = functions(template)["ReconcileBills"]["Events"].values()

        assert event["Properties"]["Schedule"] == "cron(30 1-15 * * ? *)"

    def test_the_api_answers_within_what_api_gateway_waits(self, template: Template) -> None:
        assert functions(template)["APIHandler"]["Timeout"] == 29

    def test_settings_find_every_variable(self, template: Template) -> None:
        variables = template["Globals"]["Function"]["Environment"]["Variables"]
        sender = SmsSenderKind(variables["SMS_SENDER"])
        of_some_stages = {*SMS_VARIABLES, *LOGIN_SUBJECTS, "LOGIN_ADDRESSES", "TEST_NUMBERS"}

        assert NEEDS[sender] <= set(variables)
        assert set(variables) - of_some_stages == {
            *("STAGE", "WEB_ORIGIN", "ACCOUNTS_TABLE", "PHOTOS_TABLE", "ORIGINALS_BUCKET"),
            *("RENDITIONS_BUCKET", "ORIGINALS_KEY_ARN", "PHONES_KEY_ARN", "SESSION_SECRET_ARN"),
            *("PHONE_INDEX_SECRET_ARN", "UPLOADS_QUEUE_URL", "SMS_SENDER", "ANDROID_APP_HASH"),
            *("ALLOWED_COUNTRIES", "CODES_PER_ADDRESS_AN_HOUR", "CODES_A_DAY", "CODE_COOLDOWN_S"),
            *("HUMAN_CHECK", "TURNSTILE_SECRET_ARN"),
            *("PAYMENTS_TABLE", "PAYMENTS_SECRET_ARN", "WECHATPAY_SECRET_ARN", "ALIPAY_SECRET_ARN"),
            *("EDITS_QUEUE_URL", "REGISTER_TABLE", "SHARDS_QUEUE_URL", "STACK_NAME"),
            *("POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL"),
        }


class TestLogs:
    def test_every_group_is_kept_a_year_and_outlives_the_stack(self, template: Template) -> None:
        groups = [
            resource
            for resource in template["Resources"].values()
            if resource["Type"] == "AWS::Logs::LogGroup"
        ]

        assert len(groups) == len(functions(template)) + 1
        for group in groups:
            assert group["Properties"]["RetentionInDays"] == YEAR_OF_LOGS_DAYS
            assert group["DeletionPolicy"] == group["UpdateReplacePolicy"] == "Retain"

    def test_the_api_logs_who_called_what_and_nothing_more(self, template: Template) -> None:
        log = template["Resources"]["RestAPI"]["Properties"]["AccessLogSetting"]

        assert log["DestinationArn"] == {"Fn::GetAtt": ["ApiAccessLogs", "Arn"]}
        assert set(json.loads(log["Format"])) == ACCESS_LOG_FIELDS
        assert "$context.path" not in log["Format"]
        assert "\n" not in log["Format"]

    def test_no_execution_log_repeats_a_request(self, template: Template) -> None:
        [settings] = template["Resources"]["RestAPI"]["Properties"]["MethodSettings"]

        assert settings["LoggingLevel"] == "OFF"
        assert settings["DataTraceEnabled"] is False
        assert settings["ThrottlingRateLimit"] > 0
        assert settings["ThrottlingBurstLimit"] > 0

    def test_no_other_api_stage_is_made(self, template: Template) -> None:
        assert template["Globals"]["Api"]["OpenApiVersion"] == "2.0"
        assert template["Resources"]["RestAPI"]["Properties"]["StageName"] == "live"


class TestGatewayResponses:
    def test_the_gateway_speaks_like_our_own_errors(self, template: Template) -> None:
        classes: dict[str, type[AppError]] = {kind.code: kind for kind in error_classes()}

        for name, response in _gateway_responses(template).items():
            body = json.loads(response["ResponseTemplates"]["application/json"])
            kind = classes[body["code"]]
            assert body["type"] == PROBLEM_BASE + kind.code, name
            assert body["title"] == kind.title, name
            assert body["status"] == kind.status == response["StatusCode"], name
            assert body["instance"] == "urn:request:$context.requestId", name

    def test_every_answer_is_a_problem_document(self, template: Template) -> None:
        for response in _gateway_responses(template).values():
            headers = response["ResponseParameters"]["Headers"]
            assert headers["Content-Type"] == "'application/problem+json'"

    def test_an_unknown_path_is_not_found(self, template: Template) -> None:
        responses = _gateway_responses(template)

        assert responses["MISSING_AUTHENTICATION_TOKEN"]["StatusCode"] == 404
        assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(responses)


class TestStages:
    MAY_DIFFER = (
        "Globals.Function.Environment.Variables.STAGE",
        "Globals.Function.Environment.Variables.SMS_",
        "Globals.Function.Environment.Variables.TEST_NUMBERS",
        "Globals.Function.Environment.Variables.ALLOWED_COUNTRIES",
        "Globals.Function.Environment.Variables.CODES_PER_ADDRESS_AN_HOUR",
        "Globals.Function.Environment.Variables.CODE_COOLDOWN_S",
        "Globals.Function.Environment.Variables.LOGIN_",
        "Parameters.AlipayLogin",
        "Parameters.LoginAddresses",
        "Parameters.WechatLogin",
        "Parameters.WebOrigin.Default",
        "Parameters.WebOrigin.AllowedPattern",
        "Parameters.Sms",
        "Parameters.Stage",
        "Parameters.TestNumbers",
        "Resources.AlipayLoginPolicy",
        "Resources.SmsPolicy.Properties.PolicyDocument.Statement",
        "Resources.WechatLoginPolicy",
    )
    LABELS = ("aws-chalice", "CodeUri")
    """Chalice's own tag names the stage; the local cloud may need this machine's own wheels."""

    @pytest.mark.parametrize("stage", ["local", "dev", "prod-cn"])
    def test_stages_differ_from_prod_in_nothing_else(
        self, templates: dict[str, Template], stage: str
    ) -> None:
        here, prod = leaves(templates[stage]), leaves(templates["prod"])

        differing = {
            ".".join(path)
            for path in {*here, *prod}
            if here.get(path) != prod.get(path) and path[-1] not in self.LABELS
        }

        assert {path for path in differing if not path.startswith(self.MAY_DIFFER)} == set()

    def test_the_cloud_stages_run_the_same_bundle(self, packaged: dict[str, Package]) -> None:
        assert len({packaged[stage].bundle.name for stage in ("dev", "prod", "prod-cn")}) == 1

    def test_nothing_has_a_fixed_name_that_two_stacks_could_want(self, template: Template) -> None:
        names = {"BucketName", "TableName", "QueueName", "RoleName", "FunctionName", "KeyName"}

        fixed = [
            ".".join(path)
            for path, value in walk(template["Resources"])
            if path and path[-1] in names and isinstance(value, str)
        ]

        assert fixed == []


def _gateway_responses(template: Template) -> dict[str, Any]:
    responses: dict[str, Any] = template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]
    return responses
