// Logs each call of the API as one line of JSON. With pino: `log.info(line)` in place of `console.log(JSON.stringify(line))`.
async function call(client, service, action, region, request) {
  const began = process.hrtime.bigint();
  const say = (Response) => {
    const duration_ms = Number(process.hrtime.bigint() - began) / 1e6;
    console.log(JSON.stringify({ time: new Date().toISOString(), service, action, region, duration_ms, Response }));
  };
  try {
    const response = await client[action](request);
    say({ RequestId: response.RequestId });
    return response;
  } catch (error) {
    // What never reached the server has no requestId: resplog counts it as unidentified, in no rate.
    say({ Error: { Code: error.code, Message: error.message }, RequestId: error.requestId });
    throw error;
  }
}

// Stands for a client of tencentcloud-sdk-nodejs: every third call is refused.
const client = {
  calls: 0,
  async DescribeInstances() {
    this.calls += 1;
    if (this.calls % 3 === 0) {
      const requestId = "ed93f3cb-f35e-473f-b9f3-0d451b8b79c6";
      throw Object.assign(new Error("slow down"), { code: "RequestLimitExceeded", requestId });
    }
    return { RequestId: "b5b41468-520d-4192-b42f-595cc34b6c1c" };
  },
};

(async () => {
  for (let place = 0; place < 6; place += 1) {
    await call(client, "cvm", "DescribeInstances", "ap-guangzhou", {}).catch(() => {});
  }
})();
