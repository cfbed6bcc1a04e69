"""One process of `peers.py`: asks one peer once, or checks an answer. It measures nothing, and holds the queries.

    peer.py answer NAME FILE PREFIX THREADS      prints the answer of a query: this is what is measured
    peer.py verify FILE PREFIX < {code: [count, id]}
    peer.py reference FILE PREFIX
"""

import json
import sys

DRY_RUNS = ("DryRunOperation", "DryRunOperation.DryRunOperationError")


def query(name, path, prefix, threads):
    """The text that a peer is asked, and nothing but this text. `prefix` lists the members above `Response`.

    `-checked` asks for files that are known to hold malformed lines, where the usual query would count them as successes or
    stop. `-prefilter` looks only into lines that contain the bytes `"Error"`: right on files without damage, but it never
    checks the other lines, and so answers less.
    """
    keys = [*prefix, "Response"]
    inner, outer = "STRUCT(\"Error\" STRUCT(Code VARCHAR), RequestId VARCHAR)", keys[0]
    for key in reversed(keys[1:]):
        inner = f"STRUCT({key} {inner})"
    dotted = ".".join(keys)
    json_path = "$." + dotted
    lines_csv = (
        f"read_csv('{path}', columns = {{line: 'VARCHAR'}}, delim = '\\x02', quote = '', escape = '', header = false,\n"
        "              auto_detect = false, max_line_size = 33554432)"
    ).replace("\\x02", "\x02")
    arguments = ", ".join(f"'{key}'" for key in keys)
    lines_clickhouse = f"file('{path}', 'LineAsString', 'line String')"
    settings = f"SETTINGS max_threads = {threads}, max_parsing_threads = {threads}"
    code_clickhouse = f"JSONExtractString(line, {arguments}, 'Error', 'Code')"
    id_clickhouse = f"if(code = '', '', JSONExtractString(line, {arguments}, 'RequestId'))"
    schema = '{"Error": pl.Struct({"Code": pl.String}), "RequestId": pl.String}'
    for key in reversed(keys):
        schema = f'{{"{key}": pl.Struct({schema})}}'
    fields = "".join(f'.struct.field("{key}")' for key in keys)
    polars_tail = (
        f'    .select(r=pl.col("{{column}}"){{fields}})\n'
        '    .filter(pl.col("r").is_not_null())\n'
        '    .select(code=pl.col("r").struct.field("Error").struct.field("Code"), id=pl.col("r").struct.field("RequestId"))\n'
        '    .group_by("code").agg(pl.len(), pl.col("id").drop_nulls().first())\n'
        '    .collect(engine="streaming").rows()'
    )
    path_rows = f"SELECT json_extract_string(json, ['{json_path}.Error.Code', '{json_path}.RequestId']) AS found"
    count_jq = """as $r ({};
  (if $r.Error then ($r.Error.Code | tostring) else "" end) as $code
  | .[$code] |= [(.[0] // 0) + 1, .[1] // $r.RequestId])"""
    queries = {
        "duckdb": f"""SELECT {dotted}."Error".Code AS code, count(*), any_value({dotted}.RequestId)
FROM read_ndjson('{path}', columns = {{{outer}: '{inner}'}}, ignore_errors = true)
WHERE {dotted} IS NOT NULL GROUP BY code""",
        "duckdb-checked": f"""SELECT found[1] AS code, count(*), any_value(found[2])
FROM ({path_rows}
      FROM read_ndjson_objects('{path}', ignore_errors = true) WHERE json_type(json, '{json_path}') = 'OBJECT')
GROUP BY code""",
        "duckdb-prefilter": f"""SELECT found[1] AS code, count(*), any_value(found[2])
FROM (SELECT CASE WHEN contains(line, '"Error"')
             THEN json_extract_string(line, ['{json_path}.Error.Code', '{json_path}.RequestId']) END AS found
      FROM {lines_csv})
GROUP BY code""",
        "clickhouse": f"""SELECT code, count(), any(id)
FROM (SELECT {code_clickhouse} AS code,
             {id_clickhouse} AS id
      FROM {lines_clickhouse})
GROUP BY code {settings}""",
        "clickhouse-checked": f"""SELECT code, count(), any(id)
FROM (SELECT {code_clickhouse} AS code,
             {id_clickhouse} AS id
      FROM {lines_clickhouse}
      WHERE JSONType(line, {arguments}) = 'Object')
GROUP BY code {settings}""",
        "clickhouse-prefilter": f"""SELECT code, count(), any(id)
FROM (SELECT if(position(line, '"Error"') > 0, {code_clickhouse}, '') AS code,
             {id_clickhouse} AS id
      FROM {lines_clickhouse})
GROUP BY code {settings}""",
        "polars": f"""schema = {schema}
answer = (
    pl.scan_lines({path!r}, name="line")
    .select(d=pl.col("line").str.json_decode(pl.Struct(schema)))
{polars_tail.format(column="d", fields=fields)}
)""",
        "polars-checked": f"""lines = pl.scan_csv({path!r}, has_header=False, separator="\\x02", quote_char=None, encoding="utf8-lossy", schema={{"line": pl.String}})
found = lambda path: pl.col("line").str.json_path_match("{json_path}" + path)
answer = (
    lines.filter(found("").str.starts_with("{{"))
    .select(code=found(".Error.Code"), id=found(".RequestId"))
    .group_by("code").agg(pl.len(), pl.col("id").drop_nulls().first())
    .collect(engine="streaming").rows()
)""",
        "polars-prefilter": f"""schema = {schema}
lines = pl.scan_lines({path!r}, name="line")
suspects = lines.filter(pl.col("line").str.contains('"Error"', literal=True))
answer = (
    suspects.select(d=pl.col("line").str.json_decode(pl.Struct(schema)))
{polars_tail.format(column="d", fields=fields)}
)
total = lines.select(pl.len()).collect(engine="streaming").item()
answer.append((None, total - sum(row[1] for row in answer), None))""",
        "jq": f"reduce (inputs | .{dotted} | objects) {count_jq}",
        "jq-checked": f"reduce (inputs | fromjson? | objects | .{dotted}? | objects) {count_jq}",
    }
    return queries.get(name)


def answer():
    """One answer, printed as JSON rows [code or null, count, request id or null]: what is measured."""
    _, _, name, path, prefix, threads = sys.argv
    threads = int(threads)
    text = query(name, path, [key for key in prefix.split("/") if key], threads)
    tool = name.partition("-")[0]
    if tool == "duckdb":
        import duckdb

        connection = duckdb.connect()
        connection.execute(f"SET threads = {threads}; SET preserve_insertion_order = false; SET enable_progress_bar = false")
        rows = connection.execute(text).fetchall()
    elif tool == "clickhouse":
        import chdb

        printed = str(chdb.query(text, "JSONCompactEachRow"))
        rows = [json.loads(line) for line in printed.splitlines()]
    elif tool == "polars":
        import polars as pl

        names = {"pl": pl}
        exec(text, names)
        rows = names["answer"]
    else:
        with open(path, "rb", buffering=0) as file:
            block, newlines = bytearray(1 << 20), 0
            while size := file.readinto(block):
                newlines += block.count(b"\n", 0, size)
        rows = [[None, newlines, None]]
    print(json.dumps([[row[0] or None, int(row[1]), row[2] or None] for row in rows]))


def verify():
    """Prints the codes whose request id is not that of a line that failed with the code."""
    import mmap

    _, _, path, prefix = sys.argv
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for code, (_, request_id) in json.load(sys.stdin).items():
            # A code may have no usable id at all: only an id that is given can be wrong.
            if request_id is not None and not stands_in(data, code, request_id, prefix.split("/") if prefix else []):
                print(json.dumps(code).replace(" ", ""))


def reference():
    """What Python's own parser counts: [successes, {code: failures}]. For the tenth of an undamaged file, of which there is no truth."""
    _, _, path, prefix = sys.argv
    ok, codes = 0, {}
    with open(path, "rb") as file:
        for line in file:
            response = json.loads(line)
            for key in [*(prefix.split("/") if prefix else []), "Response"]:
                response = response[key]
            code = response["Error"]["Code"] if "Error" in response else None
            if code is None:
                ok += 1
            elif code not in DRY_RUNS:
                codes[code] = codes.get(code, 0) + 1
    print(json.dumps([ok, codes]))


def stands_in(data, code, request_id, prefix):
    needle, at = json.dumps(request_id).encode(), -1
    while (at := data.find(needle, at + 1)) >= 0:
        start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
        try:
            line = data[start : len(data) if end < 0 else end].decode().lstrip("\0\ufeff")
            response = json.loads(line, parse_int=str, parse_float=str)
            for key in [*prefix, "Response"]:
                response = response[key]
            error = response.get("Error") or {}
            found = error.get("Code") if isinstance(error, dict) else None
            if response.get("RequestId") == request_id and (found == code or code == "(none)"):
                return True
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return False


if __name__ == "__main__":
    {"answer": answer, "verify": verify, "reference": reference}[sys.argv[1]]()
