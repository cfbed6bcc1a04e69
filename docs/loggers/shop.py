"""Logs each call of the API as one line of JSON, with the standard library alone."""

import json
import logging
import sys
import time
from datetime import datetime, timezone

try:
    from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
except ImportError:  # So that this file runs without the SDK.

    class TencentCloudSDKException(Exception):
        def __init__(self, code, message, requestId):
            self.code, self.message, self.requestId = code, message, requestId


log = logging.getLogger("api")


def call(client, service, action, region, request):
    """Calls an action of a client of the SDK, and logs what came of it."""
    began = time.monotonic()

    def say(body):
        took = round((time.monotonic() - began) * 1000, 1)
        now = datetime.now(timezone.utc).isoformat()
        line = {"time": now, "service": service, "action": action, "region": region, "duration_ms": took}
        log.info(json.dumps({**line, "Response": body}))

    try:
        response = getattr(client, action)(request)
    except TencentCloudSDKException as error:
        say({"Error": {"Code": error.code, "Message": error.message}, "RequestId": error.requestId})
        raise
    say({"RequestId": response.RequestId})
    return response


class Response:
    RequestId = "b5b41468-520d-4192-b42f-595cc34b6c1c"


class Client:
    """Stands for a client of the SDK: every third call is refused."""

    calls = 0

    def DescribeInstances(self, request):
        self.calls += 1
        if self.calls % 3 == 0:
            raise TencentCloudSDKException(
                "RequestLimitExceeded", "slow down", "ed93f3cb-f35e-473f-b9f3-0d451b8b79c6"
            )
        return Response()


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    client = Client()
    for _ in range(6):
        try:
            call(client, "cvm", "DescribeInstances", "ap-guangzhou", None)
        except TencentCloudSDKException:
            pass
