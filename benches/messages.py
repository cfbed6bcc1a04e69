#!/usr/bin/env python3
"""How long a failure takes whose message no other one has, by what the message is made of.

benches/messages.py RESPLOG [KIND...] writes a log of 262,144 failures for each kind and size of message, runs `report -j1`
over it, the best of three, and prints the CPU seconds of the whole process divided by the number of failures.
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import urllib.parse

FAILURES = 262_144
SIZES = (120, 480)
# Messages have one of so many tails, and a number of their own before it.
TAILS = 4096
WORDS = (
    "the request could not be processed because instance is not in a valid state please check quota and retry later "
    "disk image network subnet"
).split()
CHINESE = "图片中没有检测到人脸请检查后重试该实例状态不允许操作资源不足请稍后再试参数错误账户余额不足"


def hexadecimal(digits):
    return f"{random.getrandbits(4 * digits):0{digits}x}"


def mixed(length):
    return "".join(random.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(length))


def prose():
    kind = random.random()
    if kind < 0.12:
        return "ins-" + mixed(8)
    if kind < 0.17:
        return str(random.randrange(10**6))
    if kind < 0.2:
        return ".".join(["10"] + [str(random.randrange(256)) for _ in range(3)])
    return random.choice(WORDS)


def chinese():
    return mixed(8) if random.random() < 0.05 else random.choice(CHINESE)


def url():
    query = f"a={mixed(6)}&page={random.randrange(100)}&name={mixed(8)}&sort=desc"
    return f"https://{mixed(6)}.example.com/{mixed(5)}/{mixed(8)}?{query}"


def json_of(size):
    names = ["InstanceId", "Zone", "reason", "detail", "code", "Count", "Name"]
    values = [lambda: mixed(8), lambda: random.randrange(10**5), lambda: "ins-" + mixed(8), lambda: [1, 2, True]]
    errors = []
    while True:
        errors.append({random.choice(names): random.choice(values)() for _ in range(4)})
        text = json.dumps({"errors": errors})
        if len(text) >= size - 20:
            return text


def encoded(size):
    text = json_of(size) + "".join(chinese() for _ in range(size))
    return urllib.parse.quote(text)[:size]


def filled(piece, separator=" "):
    def of(size):
        pieces, length = [], 0
        while length < size:
            pieces.append(piece())
            length += len((pieces[-1] + separator).encode())
        return separator.join(pieces)

    return of


KINDS = {
    "prose with ids": filled(prose),
    "key=value": filled(lambda: f"{random.choice(WORDS)}={mixed(random.randrange(2, 9))}"),
    "key=hex: value": filled(lambda: f"{mixed(5)}={hexadecimal(8)}: {mixed(4)},"),
    "hex": filled(lambda: hexadecimal(random.choice([8, 16, 32]))),
    "%XX": encoded,
    "chinese": filled(chinese, ""),
    "json": json_of,
    "escaped json": lambda size: "upstream said " + json.dumps(json_of(int(size * 0.78))),
    "url with query": filled(url),
    "paths": filled(lambda: f"/{mixed(5)}/{random.choice(WORDS)}.{random.choice(WORDS)}:{random.randrange(999)}"),
    "five passwords": lambda size: "".join(f"password={mixed(9)} " for _ in range(5)) + filled(prose)(size - 95),
}


def line(number, message):
    parts = [hexadecimal(digits) for digits in (8, 4, 4, 4, 12)]
    error = {"Code": f"InternalError.Kind{number % 5}", "Message": message}
    record = {"time": 1700000000 + number // 10, "Response": {"Error": error, "RequestId": "-".join(parts)}}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def write(path, make, size):
    tails = [make(size - 7) for _ in range(TAILS)]
    with open(path, "w", encoding="utf-8") as log:
        for number in range(FAILURES):
            tail = tails[number % TAILS]
            # A text of JSON stays one.
            message = f'{{"n":{number},{tail[1:]}' if tail.startswith("{") else f"{number} {tail}"
            log.write(line(number, message))


def seconds(program, path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Exit 1 to 3 are verdicts on the log.
    ran = subprocess.run([program, "report", "-j1", "-f", "json", path], stdout=subprocess.PIPE, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    failed = json.loads(ran.stdout)["totals"]["failed"]
    if failed != FAILURES:
        sys.exit(f"{path}: {failed} failures counted of {FAILURES}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program, kinds = os.path.abspath(sys.argv[1]), sys.argv[2:] or KINDS
    random.seed(1)
    with tempfile.TemporaryDirectory() as folder:
        for kind in kinds:
            for size in SIZES:
                path = os.path.join(folder, "log")
                write(path, KINDS[kind], size)
                best = min(seconds(program, path) for _ in range(3))
                print(f"{kind}, {size} bytes: {best / FAILURES * 1e6:.2f} µs a failure", flush=True)


if __name__ == "__main__":
    main()
