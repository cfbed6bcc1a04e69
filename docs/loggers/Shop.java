import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Logs each call of the API as one line of JSON, with the standard library alone; SLF4J takes the same text. */
public class Shop {
    static final Logger LOG = Logger.getLogger("api");

    /** Stands for com.tencentcloudapi.common.exception.TencentCloudSDKException. */
    static class TencentCloudSDKException extends Exception {
        final String errorCode, requestId;

        TencentCloudSDKException(String message, String requestId, String errorCode) {
            super(message);
            this.errorCode = errorCode;
            this.requestId = requestId;
        }
    }

    /** Calls an action that gives the RequestId of its response, and logs what came of it. */
    static String call(String service, String action, String region, Callable<String> send) throws Exception {
        long began = System.nanoTime();
        try {
            String id = send.call();
            say(service, action, region, began, "{\"RequestId\":" + text(id) + "}");
            return id;
        } catch (TencentCloudSDKException e) {
            String error = "{\"Code\":" + text(e.errorCode) + ",\"Message\":" + text(e.getMessage()) + "}";
            say(service, action, region, began, "{\"Error\":" + error + ",\"RequestId\":" + text(e.requestId) + "}");
            throw e;
        }
    }

    static void say(String service, String action, String region, long began, String response) {
        double ms = (System.nanoTime() - began) / 1e6;
        LOG.info("{\"time\":" + text(Instant.now().toString()) + ",\"service\":" + text(service) + ",\"action\":" + text(action)
            + ",\"region\":" + text(region) + ",\"duration_ms\":" + ms + ",\"Response\":" + response + "}");
    }

    static String text(String text) {
        if (text == null) return "null";
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c < ' ' || c == '"' || c == '\\') out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        return out.append('"').toString();
    }

    public static void main(String[] args) {
        ConsoleHandler lines = new ConsoleHandler();
        lines.setFormatter(new Formatter() {
            public String format(LogRecord record) {
                return record.getMessage() + "\n";
            }
        });
        LOG.setUseParentHandlers(false);
        LOG.addHandler(lines);
        for (int place = 1; place <= 6; place++) {
            boolean isRefused = place % 3 == 0;
            try {
                call("cvm", "DescribeInstances", "ap-guangzhou", () -> {
                    if (isRefused) {
                        String id = "ed93f3cb-f35e-473f-b9f3-0d451b8b79c6";
                        throw new TencentCloudSDKException("slow down", id, "RequestLimitExceeded");
                    }
                    return "b5b41468-520d-4192-b42f-595cc34b6c1c";
                });
            } catch (Exception e) {
                // It is logged.
            }
        }
    }
}
