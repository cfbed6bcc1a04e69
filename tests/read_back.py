"""Reads the files of one report back, each with a parser that somebody else wrote, and holds them against report.json.

Usage: read_back.py FOLDER. The folder has report.json, report.html, report.md, report.eml, report.prom and tables/*.csv,
made with --top 1000 and --tz UTC. What differs is printed, and the exit code is 1. It needs prometheus_client.
"""

import csv
import email
import email.policy
import html.parser
import json
import pathlib
import re
import sys

from prometheus_client.parser import text_string_to_metric_families

WRONG = []
# The text of each document: it says how many rows a table does not show.
TEXTS = {}

# What the page and the mail are made of; whatever else an HTML parser finds came from the log.
ELEMENTS = set(
    """a article b body br code dd details div dl dt figcaption figure h1 h2 h3 head header html li main meta p path pre
    q rect section span style summary svg table tbody td th thead title tr ul""".split()
)
ATTRIBUTES = set(
    """align aria-hidden aria-label aria-labelledby bgcolor cellpadding cellspacing charset class content d data-l height
    href http-equiv id lang name nowrap preserveaspectratio role scope style tabindex viewbox width x y""".split()
)
VOID = {"meta", "br"}
# Elements of SVG that close themselves, and table parts whose end the page leaves out.
SINGLE = {"path", "rect"}
ENDS = {
    "td": {"td", "th"}, "th": {"td", "th"}, "tr": {"td", "th", "tr"}, "tbody": {"td", "th", "tr", "thead"},
    "li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"},
}


def wrong(where, shown, wanted):
    WRONG.append(f"{where}: {shown!r}, in JSON {wanted!r}")


def same(where, shown, wanted):
    if shown != wanted:
        wrong(where, shown, wanted)


class Node:
    def __init__(self, name, attributes):
        self.name, self.attributes, self.inside = name, dict(attributes), []

    def text(self):
        return "".join(it if isinstance(it, str) else it.text() for it in self.inside)

    def all(self, name):
        for it in self.inside:
            if isinstance(it, Node):
                if it.name == name:
                    yield it
                yield from it.all(name)


class Tree(html.parser.HTMLParser):
    """A tree of the page; complains of every element and attribute that is not the template's."""

    def __init__(self, where, text):
        super().__init__(convert_charrefs=True)
        self.where, self.root = where, Node("", [])
        self.open = [self.root]
        self.feed(text)
        self.close()
        names = [it.name for it in self.open[1:]]
        if names:
            WRONG.append(f"{where}: not closed: {names}")

    def handle_starttag(self, name, attributes):
        if name not in ELEMENTS:
            WRONG.append(f"{self.where}: <{name}>")
        for attribute, value in attributes:
            if attribute not in ATTRIBUTES or (attribute == "href" and not value.startswith(("#c", "#s-"))):
                WRONG.append(f"{self.where}: <{name} {attribute}={value!r}>")
        while self.open[-1].name in ENDS.get(name, ()):
            self.open.pop()
        node = Node(name, attributes)
        self.open[-1].inside.append(node)
        if name not in VOID | SINGLE:
            self.open.append(node)

    def handle_startendtag(self, name, attributes):
        self.handle_starttag(name, attributes)

    def handle_endtag(self, name):
        while self.open[-1].name in {"td", "th", "tr"} and name in {"tr", "tbody", "thead", "table"} - {self.open[-1].name}:
            self.open.pop()
        if self.open[-1].name != name:
            WRONG.append(f"{self.where}: </{name}> in <{self.open[-1].name}>")
        else:
            self.open.pop()

    def handle_data(self, data):
        self.open[-1].inside.append(data)

    def handle_comment(self, data):
        WRONG.append(f"{self.where}: a comment {data!r}")

    def unknown_decl(self, data):
        WRONG.append(f"{self.where}: a declaration {data!r}")

    def handle_pi(self, data):
        WRONG.append(f"{self.where}: an instruction {data!r}")


def tables(root):
    """Tables by the heading or the summary before them: names of the columns, and rows of cells."""
    found, title = {}, ""

    def walk(node):
        nonlocal title
        for it in node.inside:
            if not isinstance(it, Node):
                continue
            if it.name in {"h2", "summary"}:
                title = it.text()
            elif it.name == "table" and it.attributes.get("role") != "presentation":
                rows = [[cell for cell in row.inside if isinstance(cell, Node)] for row in rows_in(it)]
                head = [cell.text().strip() for cell in rows[0]]
                found[title] = (head, [[cell.text().strip() for cell in row] for row in rows[1:]])
            else:
                walk(it)

    walk(root)
    return found


def rows_in(table):
    """The rows of a table, without those of tables in its cells."""
    for it in table.inside:
        if isinstance(it, Node) and it.name == "tr":
            yield it
        elif isinstance(it, Node) and it.name in {"thead", "tbody"}:
            yield from rows_in(it)


def markdown_tables(text):
    found, title, rows = {}, "", []
    for line in text.splitlines():
        if line.startswith("## "):
            title = line[3:]
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)(?:\\\\)*\|", line)[1:-1]
            rows.append([plain(cell.strip().replace(r"\|", "|")) for cell in cells])
        elif rows:
            found[title], rows = (rows[0], rows[2:]), []
    if rows:
        found[title] = (rows[0], rows[2:])
    return found


def plain(cell):
    """The text of a cell that is one code span."""
    fence = re.match("`*", cell).group()
    if not fence:
        return cell
    inside = cell[len(fence) : -len(fence)]
    return inside[1:-1] if inside.startswith(" ") and inside.endswith(" ") and inside.strip() else inside


def span(text):
    """A text as a code span."""
    fence = "`" * (max(map(len, re.findall("`*", text))) + 1)
    return fence + (f" {text} " if text[0] == "`" or text[-1] == "`" else text) + fence


def count(text):
    return int(text.replace(",", "")) if re.fullmatch(r"\d{1,3}(,\d{3})*", text) else text


def is_share(text, share):
    """Whether a rounded percentage is this share."""
    if share is None:
        return text == ""
    match = re.fullmatch(r"([<>]?)([\d.]+) %", text)
    if not match:
        return False
    sign, number = match.group(1), float(match.group(2))
    if sign == "<":
        return 0 < share * 100 < number
    if sign == ">":
        return number < share * 100 < 100
    digits = len(match.group(2).partition(".")[2])
    return abs(number - share * 100) <= 0.5000001 * 10**-digits


def is_duration(text, ms):
    """Whether a rounded duration is this one."""
    if ms is None:
        return text == ""
    units = {"us": 1e-3, "ms": 1, "s": 1e3, "min": 6e4, "h": 3.6e6, "d": 8.64e7}
    shown = sum(float(number) * units[unit] for number, unit in re.findall(r"([\d.]+) (us|ms|s|min|h|d)\b", text))
    last = re.search(r"([\d.]+) (us|ms|s|min|h|d)$", text)
    if not last:
        return False
    digits = len(last.group(1).partition(".")[2])
    return abs(shown - ms) <= 0.5000001 * 10**-digits * units[last.group(2)] or (shown >= 6e4 and abs(shown - ms) <= 500)


def visible(text):
    """A text as people read it: what acts or hides is made visible."""
    return text if text.isprintable() and text.isascii() and "\\" not in text and text.strip() == text else None


def rows_of(where, found, title, wanted):
    if not wanted:
        if title in found:
            WRONG.append(f"{where}: {title!r} has rows")
        return []
    if title not in found:
        WRONG.append(f"{where}: no table {title!r}")
        return []
    head, rows = found[title]
    rest = len(wanted) - len(rows)
    if rest and f"{rest:,} more of {len(wanted):,}" not in TEXTS[where]:
        wrong(f"{where} {title}: rows", len(rows), len(wanted))
    return [(dict(zip(head, row)), row_wanted) for row, row_wanted in zip(rows, wanted)]


def documents(where, found, report):
    """The tables that HTML, mail and Markdown share."""
    codes, totals = report["codes"], report["totals"]
    for row, code in rows_of(where, found, "Codes", codes):
        here = f"{where} code {code['code'][:40]!r}"
        same(here, count(row["failed"]), code["count"])
        if not is_share(row["share"], code["share"]):
            wrong(here, row["share"], code["share"])
        same(here, row["class"].split(",")[0], code["class"])
        if visible(code["code"]):
            same(here, row["code"], code["code"])
    for title, key in [("Failures by class", "class"), ("Failures by family", "family")]:
        for row, part in rows_of(where, found, title, report["classes" if key == "class" else "families"]):
            same(f"{where} {title}", count(row["failed"]), part["count"])
            if visible(part[key]):
                same(f"{where} {title}", row[key], part[key])
            if not is_share(row["share"], part["count"] / totals["failed"]):
                wrong(f"{where} {title}", row["share"], part["count"])
    for row, action in rows_of(where, found, "Actions", report["actions"]):
        here = f"{where} action {action['action'][:40]!r}"
        calls(here, row, action)
        if visible(action["action"]):
            same(here, row["action"], action["action"])
        if report["latency"]["all"]["count"]:
            for name in ["p50", "p99", "max"]:
                if not is_duration(row[name], action["latency"][name]):
                    wrong(f"{here} {name}", row[name], action["latency"][name])
    sums(where, found, report)
    inputs = report["inputs"]
    for row, one in rows_of(where, found, "Inputs", inputs):
        names = {"dry runs": "dry_run", "no envelope": "no_envelope"}
        for name in ["lines", "ok", "failed", "dry runs", "malformed", "no envelope", "blank", "duplicates", "filtered"]:
            same(f"{where} input {name}", count(row[name]), one[names.get(name, name)])


def calls(where, row, wanted):
    same(f"{where} calls", count(row["calls"]), wanted["ok"] + wanted["failed"])
    same(f"{where} failed", count(row["failed"]), wanted["failed"])
    if not is_share(row["rate"], wanted["failure_rate"]):
        wrong(f"{where} rate", row["rate"], wanted["failure_rate"])


def latency(where, rows, report, name_column):
    wanted = {"ok": "ok", "failed": "failed", "all": "all", "all, dry runs too": "all"}
    for row in rows:
        quantiles = report["latency"][wanted[row[name_column]]]
        same(f"{where} timed", count(row["timed"]), quantiles["count"])
        for shown, key in [("p50",) * 2, ("p90",) * 2, ("p95",) * 2, ("p99",) * 2, ("p99.9", "p999"), ("max",) * 2]:
            if not is_duration(row[shown], quantiles[key]):
                wrong(f"{where} latency {shown}", row[shown], quantiles[key])


def sums(where, found, report):
    totals = report["totals"]
    head, rows = found["Every count"]
    shown = {dict(zip(head, row))["what"]: dict(zip(head, row))["number"] for row in rows}
    missing = totals["missing_request_id"]
    wanted = {
        "lines": totals["lines"], "ok": totals["ok"], "failed": totals["failed"], "dry runs": totals["dry_run"],
        "malformed": totals["malformed"], "no envelope": totals["no_envelope"], "text": totals["text"],
        "echoes": totals["echo"], "unidentified": totals["unidentified"], "blank": totals["blank"],
        "duplicates": totals["duplicates"], "filtered": totals["filtered"],
        "filtered, without a time": totals["untimed"], "responses": totals["responses"], "bytes": totals["bytes"],
        "different RequestIds": totals["distinct_request_ids"], "without a RequestId, ok": missing["ok"],
        "without a RequestId, failed": missing["failed"], "without a RequestId, dry runs": missing["dry_run"],
    }
    wanted.update({f"malformed, {reason}": lines for reason, lines in report["malformed"]["reasons"].items()})
    wanted.update({f"anomaly {name.replace('_', ' ')}": lines for name, lines in report["anomalies"].items()})
    rates = {"failure rate": totals["failure_rate"]}
    low_high = totals["failure_rate_bounds"]
    if low_high:
        rates.update({"true rate at least": low_high[0], "true rate at most": low_high[1]})
    for name, share in rates.items():
        if not is_share(shown.pop(name, ""), share):
            wrong(f"{where} {name}", shown.get(name), share)
    same(f"{where}: every count", {name: count(number) for name, number in shown.items()}, wanted)


def groups(where, found, report, title):
    for name, key in [("service", "services"), ("region", "regions")]:
        for row, wanted in rows_of(where, found, title(name), report[key]):
            calls(f"{where} {name}", row, wanted)
            if visible(wanted[name]):
                same(f"{where} {name}", row[name], wanted[name])


def page(where, text, report):
    root = Tree(where, text).root
    TEXTS[where] = root.text()
    found = tables(root)
    documents(where, found, report)
    groups(where, found, report, "By {}".format)
    for name in {row["name"] for row in report["by"]}:
        wanted = [row for row in report["by"] if row["name"] == name]
        if visible(name):
            for row, one in rows_of(where, found, f"By {name}", wanted):
                calls(f"{where} by {name}", row, one)
    for head, rows in [found[title] for title in found if title == "How long calls took"]:
        latency(where, [dict(zip(head, row)) for row in rows], report, "outcome")
    return root, found


def html_page(folder, report):
    text = (folder / "report.html").read_text()
    root, found = page("html", text, report)
    if len(text.encode()) > 200_000:
        WRONG.append("html: longer than 200 KB")
    timeline(found, report)
    articles = list(root.all("article"))
    looked = list(dict.fromkeys(row["code"] for row in report["look_into"]))
    same("html: codes to look into", len(articles), len(looked))
    for article, name in zip(articles, looked):
        code = next(code for code in report["codes"] if code["code"] == name)
        ids = [it for it in article.all("li") if any(True for _ in it.all("code"))]
        same("html: ids", len(ids), len(code["request_ids"]))
        for item, wanted in zip(ids, code["request_ids"]):
            shown = next(it for it in item.all("code") if it.attributes.get("class") == "id").text()
            if visible(wanted["request_id"]):
                same("html: id", shown, wanted["request_id"])
            spans = {it.attributes.get("class"): it.text() for it in item.all("span")}
            same("html: reason", spans["why"], wanted["reason"])
            if not spans["place"].endswith(f":{wanted['line']}"):
                wrong("html: place", spans["place"], wanted["line"])
        ticket = next(article.all("pre")).text()
        same("html: a ticket has no text of others", ticket.count("\n") <= 12 + len(ids), True)


def timeline(found, report):
    buckets = report["timeline"]["buckets"]
    title = next((title for title in found if title.startswith("The numbers, ")), None)
    if title is None:
        same("html: a timeline", len(buckets) < 2, True)
        return
    head, rows = found[title]
    size = -(-len(buckets) // len(rows))
    for place, row in enumerate(rows):
        part = buckets[place * size : (place + 1) * size]
        failed = sum(bucket["failed"] for bucket in part)
        same("html: time", row[0], part[0]["start"].replace("T", " ").rstrip("Z"))
        same("html: calls in a bucket", count(row[1]), failed + sum(bucket["ok"] for bucket in part))
        same("html: failed in a bucket", count(row[2]), failed)
        same("html: classes sum to failed", sum(count(cell) for cell in row[4:] if cell), failed)
    by_class = {name: sum(count(row[4 + place] or "0") for row in rows) for place, name in enumerate(head[4:])}
    if sum(by_class.values()) == report["totals"]["failed"]:
        same("html: failed by class", by_class, {row["class"]: row["count"] for row in report["classes"]})


def mail(folder, report):
    text = (folder / "report.eml").read_bytes()
    message = email.message_from_bytes(text, policy=email.policy.default)
    same("mail: defects", message.defects, [])
    same("mail: headers", message.keys(), ["Subject", "MIME-Version", "Auto-Submitted", "Content-Type"])
    parts = list(message.iter_parts())
    same("mail: parts", [part.get_content_type() for part in parts], ["text/plain", "text/html"])
    for part in parts:
        same("mail: defects", part.defects, [])
    body = parts[1].get_content()
    if len(text) > 90_000:
        WRONG.append("mail: longer than 90 KB")
    root, found = page("mail", body, report)
    same("mail: drawings", [it for it in root.all("svg")], [])
    shown = parts[0].get_content() + "\n" + root.text()
    for row in report["look_into"]:
        if visible(row["request_id"]) and row["request_id"] not in shown:
            WRONG.append(f"mail: {row['request_id']} is missing")


def markdown(folder, report):
    text = (folder / "report.md").read_text()
    TEXTS["markdown"] = text
    found = markdown_tables(text)
    documents("markdown", found, report)
    groups("markdown", found, report, "Calls by {}".format)
    for row, one in rows_of("markdown", found, "Calls by other fields and periods", report["by"]):
        calls("markdown by", row, one)
    if report["latency"]["all"]["count"]:
        head, rows = found["Latency"]
        latency("markdown", [dict(zip(head, row)) for row in rows], report, "calls")
    for row in report["look_into"]:
        if visible(row["request_id"]) and f"- {span(row['request_id'])} {row['reason']}" not in text:
            WRONG.append(f"markdown: {row['request_id']} is missing")


def cell(value):
    """A value of JSON as a cell of CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value


def same_cell(where, shown, wanted):
    wanted = cell(wanted)
    if isinstance(wanted, str):
        bare = shown[1:] if shown.startswith("'") and not wanted.startswith("'") else shown
        if shown[:1] in tuple("=+-@\t\r\n"):
            WRONG.append(f"{where}: a formula {shown!r}")
        if visible(wanted) is not None:
            same(where, bare, wanted)
    else:
        same(where, float(shown or "nan"), float(wanted))


def csv_tables(folder, report):
    tables = {}
    for path in sorted((folder / "tables").iterdir()):
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        tables[path.stem] = rows
        for row in rows:
            if None in row or None in row.values():
                WRONG.append(f"csv {path.stem}: cells: {row}")
    codes = report["codes"]
    nested = lambda key: [{"code": code["code"], "class": code["class"], **row} for code in codes for row in code[key]]
    wanted = {
        "episodes": report["episodes"],
        "episode_codes": [{"start": row["start"], **code} for row in report["episodes"] for code in row["codes"]],
        "episode_stands_out": [{"start": row["start"], **it} for row in report["episodes"] for it in row["stands_out"]],
        "codes": codes, "messages": nested("messages"), "ids": nested("request_ids"), "stands_out": nested("stands_out"),
        "look_into": report["look_into"], "families": report["families"], "classes": report["classes"],
        "unidentified": report["unidentified"],
        "services": report["services"], "regions": report["regions"], "by": report["by"], "inputs": report["inputs"],
        "actions": [flat(action, action["latency"]) for action in report["actions"]],
        "timeline": report["timeline"]["buckets"], "malformed": report["malformed"]["samples"],
        "latency": [flat({}, report["latency"][name]) for name in ["all", "ok", "failed"]],
        "by_codes": [{**row, **code} for row in report["by"] for code in row.get("codes") or []],
    }
    if "breaches" in tables:
        wanted["breaches"] = report["breaches"]
    # A baseline has its numbers itself: JSON has the table for a split alone.
    compared = report.get("comparison")
    if compared or not tables.get("comparison"):
        wanted["comparison"] = [compared_row(row) for row in (compared or {"rows": []})["rows"]]
    else:
        del tables["comparison"]
    same("csv: tables", sorted(tables), sorted([*wanted, "totals"]))
    for name, rows in wanted.items():
        same(f"csv {name}: rows", len(tables.get(name, [])), len(rows))
        for shown, row in zip(tables.get(name, []), rows):
            for key, value in row.items():
                if key in shown and not isinstance(value, (dict, list)):
                    same_cell(f"csv {name} {key}", shown[key], value)
    totals = {(row["name"], row["key"]): row["value"] for row in tables["totals"]}
    flat_totals = {**report["totals"]}
    missing, bounds = flat_totals.pop("missing_request_id"), flat_totals.pop("failure_rate_bounds") or [None, None]
    flat_totals.update({f"missing_request_id.{key}": value for key, value in missing.items()})
    flat_totals.update(zip(["failure_rate_bounds.low", "failure_rate_bounds.high"], bounds))
    for key, value in flat_totals.items():
        same_cell(f"csv totals {key}", totals.get(("totals", key), "missing"), value)
    for name in ["anomalies"]:
        same(f"csv {name}", {key: int(value) for (group, key), value in totals.items() if group == name}, report[name])


def compared_row(row):
    """A row of a comparison as CSV has it."""
    before = {f"{key}_before": value for key, value in row["before"].items()}
    return {**row, **before, **row["after"]}


def flat(row, quantiles):
    return {**row, "latency_count": quantiles["count"], **{f"{key}_ms": quantiles[key] for key in quantiles if key != "count"}}


def prometheus(folder, report):
    samples = {}
    for family in text_string_to_metric_families((folder / "report.prom").read_text()):
        same(f"prometheus {family.name}: type", family.type, "gauge")
        same(f"prometheus {family.name}: help", bool(family.documentation), True)
        for sample in family.samples:
            same(f"prometheus {sample.name}: timestamp", sample.timestamp, None)
            for value in sample.labels.values():
                if not re.fullmatch(r"[0-9A-Za-z._/-]{1,128}", value):
                    WRONG.append(f"prometheus: label {value!r}")
            key = (sample.name, *sorted(sample.labels.items()))
            if key in samples:
                WRONG.append(f"prometheus: twice {key}")
            samples[key] = sample.value
    totals = report["totals"]
    wanted = {("resplog_lines", ("class", name)): totals[name] for name in
              ["blank", "malformed", "no_envelope", "ok", "failed", "dry_run", "duplicates", "filtered"]}
    wanted.update({("resplog_" + name,): totals[name] for name in
                   ["untimed", "responses", "bytes", "distinct_request_ids", "failure_rate"] if totals[name] is not None})
    wanted.update({("resplog_malformed", ("reason", key)): value for key, value in report["malformed"]["reasons"].items()})
    wanted.update({("resplog_anomalies", ("anomaly", key)): value for key, value in report["anomalies"].items()})
    wanted.update({("resplog_class_failures", ("class", row["class"])): row["count"] for row in report["classes"]})
    for outcome in ["all", "ok", "failed"]:
        row = report["latency"][outcome]
        wanted[("resplog_timed_calls", ("outcome", outcome))] = row["count"]
        for key in ["p50", "p90", "p95", "p99", "p999", "max"]:
            if row[key] is not None:
                wanted[("resplog_duration_seconds", ("outcome", outcome), ("percentile", key))] = row[key] / 1e3
    for key, value in wanted.items():
        if abs(samples.get(key, float("nan")) - value) <= 1e-12 * abs(value):
            continue
        wrong(f"prometheus {key}", samples.get(key), value)
    bounded = lambda name: sum(value for key, value in samples.items() if key[0] == name)
    same("prometheus: codes", bounded("resplog_code_failures") + bounded("resplog_code_failures_rest"), sum(code["count"] for code in report["codes"]))
    for name, key in [("service", "services"), ("action", "actions"), ("region", "regions")]:
        counts = [count for row in report[key][:50] for count in (row["ok"], row["failed"])]
        same(f"prometheus: {name}", bounded(f"resplog_{name}_calls"), sum(counts))


def main():
    folder = pathlib.Path(sys.argv[1])
    report = json.loads((folder / "report.json").read_text())
    for check in [html_page, mail, markdown, csv_tables, prometheus]:
        check(folder, report)
    for text in WRONG[:50]:
        print(text)
    sys.exit(1 if WRONG else 0)


main()
