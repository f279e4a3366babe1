"""The port `Table` on DynamoDB."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.aws.errors import BUSY, code_of
from chalicelib.errors import Unavailable
from chalicelib.storage import (
    PRIMARY,
    Absent,
    AllOf,
    AnyOf,
    AttributeOr,
    Check,
    Compare,
    Condition,
    ConditionFailed,
    Delete,
    Elsewhere,
    Exists,
    Index,
    Item,
    Key,
    Page,
    Put,
    RowWrite,
    Update,
    Write,
)

CONFLICT_BACKOFFS_S = (0.02, 0.06, 0.18, 0.5)
"""Waits after a transaction met another on the same row; the SDK doesn't repeat these by itself."""


class DynamoTable:
    """One DynamoDB table with string keys `pk` and `sk`."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, key: Key) -> Item | None:
        reply = self._call(
            "get_item", TableName=self._name, Key=self._key(key), ConsistentRead=True
        )
        return _from_wire(reply["Item"]) if "Item" in reply else None

    def query(
        self,
        partition: str,
        *,
        index: Index = PRIMARY,
        prefix: str = "",
        up_to: str = "",
        limit: int,
        after: Item | None = None,
        newest_first: bool = False,
    ) -> Page:
        names, values = {"#p": index.partition}, {":p": {"S": partition}}
        expression = "#p = :p"
        if prefix or up_to:
            names["#s"], values[":s"] = index.sort, {"S": prefix or up_to}
            expression += " AND begins_with(#s, :s)" if prefix else " AND #s <= :s"
        reply = self._call(
            "query",
            TableName=self._name,
            KeyConditionExpression=expression,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            Limit=limit,
            ScanIndexForward=not newest_first,
            **({"IndexName": index.name} if index.name else {"ConsistentRead": True}),
            **({"ExclusiveStartKey": _to_wire(after)} if after else {}),
        )
        last = reply.get("LastEvaluatedKey")
        items = tuple(_from_wire(item) for item in reply["Items"])
        return Page(items, _from_wire(last) if last else None)

    def read_all(self) -> Iterator[Item]:
        """Yield every row, in no order: for a backup that was restored and that nobody uses."""
        pages = self._client.get_paginator("scan").paginate(TableName=self._name)
        for page in pages:
            yield from map(_from_wire, page["Items"])

    def write(self, *writes: Write) -> Item | None:
        if len(writes) == 1 and not isinstance(writes[0], Check | Elsewhere):
            return self._write_one(writes[0])
        self._transact(writes)
        return None

    def _write_one(self, write: Put | Update | Delete) -> Item | None:
        operation = {Put: "put_item", Update: "update_item", Delete: "delete_item"}[type(write)]
        request = self._request(write)
        if isinstance(write, Update):
            request["ReturnValues"] = "ALL_NEW"
        reply = self._call(operation, TableName=self._name, **request)
        return _from_wire(reply["Attributes"]) if isinstance(write, Update) else None

    def _transact(self, writes: tuple[Write, ...]) -> None:
        request = [self._transacted(write) for write in writes]
        for backoff_s in (*CONFLICT_BACKOFFS_S, None):
            try:
                self._call("transact_write_items", TransactItems=request)
            except _TransactionConflict:
                if backoff_s is None:
                    raise Unavailable("Many requests change the same thing at once.") from None
                time.sleep(backoff_s)
            else:
                return

    def _transacted(self, write: Write) -> dict[str, Any]:
        if isinstance(write, Elsewhere):
            assert isinstance(write.table, DynamoTable)  # noqa: S101 - one transaction, one kind
            return write.table._transacted(write.write)
        names = {Put: "Put", Update: "Update", Delete: "Delete", Check: "ConditionCheck"}
        return {names[type(write)]: {"TableName": self._name, **self._request(write)}}

    def _request(self, write: RowWrite) -> dict[str, Any]:
        """Write one operation in the form that single calls and transactions share."""
        expression = _Expression()
        request: dict[str, Any] = {}
        if isinstance(write, Put):
            keys = {"pk": write.key.pk, "sk": write.key.sk}
            request["Item"] = _to_wire({**write.item, **keys})
        else:
            request["Key"] = self._key(write.key)
        if isinstance(write, Update):
            request["UpdateExpression"] = expression.update(write)
        condition = expression.condition(write.when)
        if condition:
            request["ConditionExpression"] = condition
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if expression.names:
            request["ExpressionAttributeNames"] = expression.names
        if expression.values:
            request["ExpressionAttributeValues"] = expression.values
        return request

    def _call(self, operation: str, **request: Any) -> Any:
        from botocore.exceptions import ClientError

        try:
            return getattr(self._client, operation)(**request)
        except ClientError as error:
            raise self._translated(error) from error

    def _translated(self, error: Any) -> Exception:
        code = code_of(error)
        if code == "ConditionalCheckFailedException":
            return ConditionFailed(0, self._found(error.response))
        if code == "TransactionCanceledException":
            reasons = error.response.get("CancellationReasons", [])
            for index, reason in enumerate(reasons):
                if reason.get("Code") == "ConditionalCheckFailed":
                    return ConditionFailed(index, self._found(reason))
            if any(reason.get("Code") == "TransactionConflict" for reason in reasons):
                return _TransactionConflict()
            return Unavailable("The database is busy.")
        if code in BUSY:
            return Unavailable("The database is busy.")
        return error  # type: ignore[no-any-return]  # botocore has no types

    def _found(self, reason: Mapping[str, Any]) -> Item | None:
        return _from_wire(reason["Item"]) if reason.get("Item") else None

    def _key(self, key: Key) -> dict[str, Any]:
        return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


class _TransactionConflict(Exception):
    """Another transaction holds one of the rows right now."""


class _Expression:
    """Collects the placeholders of one request while its expressions are written."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def update(self, write: Update) -> str:
        parts = []
        if write.set:
            sets = [f"{self._name(n)} = {self._operand(v)}" for n, v in write.set.items()]
            parts.append("SET " + ", ".join(sets))
        if write.add:
            adds = [f"{self._name(n)} {self._value(v)}" for n, v in write.add.items()]
            parts.append("ADD " + ", ".join(adds))
        if write.remove:
            parts.append("REMOVE " + ", ".join(self._name(n) for n in write.remove))
        return " ".join(parts)

    def condition(self, condition: Condition) -> str:
        match condition:
            case Exists(attribute):
                return f"attribute_exists({self._name(attribute)})"
            case Absent(attribute):
                return f"attribute_not_exists({self._name(attribute)})"
            case Compare(attribute, operator, value):
                return f"{self._name(attribute)} {operator} {self._value(value)}"
            case AnyOf(conditions):
                return "(" + " OR ".join(self.condition(c) for c in conditions) + ")"
            case AllOf(conditions):
                return " AND ".join(self.condition(c) for c in conditions)

    def _operand(self, value: Any) -> str:
        if isinstance(value, AttributeOr):
            return f"if_not_exists({self._name(value.attribute)}, {self._value(value.fallback)})"
        return self._value(value)

    def _name(self, attribute: str) -> str:
        # One placeholder a name: DynamoDB has hundreds of reserved words, `state` and `ttl` among
        # them.
        for placeholder, known in self.names.items():
            if known == attribute:
                return placeholder
        placeholder = f"#n{len(self.names)}"
        self.names[placeholder] = attribute
        return placeholder

    def _value(self, value: Any) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = _wired(value)
        return placeholder


def _to_wire(item: Item) -> dict[str, Any]:
    return {name: _wired(value) for name, value in item.items()}


def _from_wire(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in item.items()}


def _wired(value: Any) -> dict[str, Any]:
    """Write a value as DynamoDB's API spells it: its type, then itself."""
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case None:
            return {"NULL": True}
        case Mapping():
            return {"M": _to_wire(value)}
        case list() | tuple():
            return {"L": [_wired(inner) for inner in value]}
    raise TypeError(f"a row cannot hold a {type(value).__name__}")


def _plain(wired: Mapping[str, Any]) -> Any:
    """Read back what `_wired` writes; numbers are whole, as all of ours are."""
    ((kind, value),) = wired.items()
    match kind:
        case "N":
            return int(value)
        case "M":
            return _from_wire(value)
        case "L":
            return [_plain(inner) for inner in value]
        case "NULL":
            return None
    return value
