// Logs each call of the API as one line of JSON, by log/slog.
package main

import (
	"errors"
	"log/slog"
	"os"
	"time"
)

// SDKError stands for errors.TencentCloudSDKError of the SDK, which has the same methods.
type SDKError struct{ code, message, requestID string }

func (e *SDKError) Error() string        { return e.code + ": " + e.message }
func (e *SDKError) GetCode() string      { return e.code }
func (e *SDKError) GetMessage() string   { return e.message }
func (e *SDKError) GetRequestId() string { return e.requestID }

var log = slog.New(slog.NewJSONHandler(os.Stdout, nil))

// Call runs an action that gives the RequestId of its response, and logs what came of it.
func Call(service, action, region string, send func() (string, error)) error {
	began := time.Now()
	id, err := send()
	response := []any{slog.String("RequestId", id)}
	var refused *SDKError
	if errors.As(err, &refused) {
		failure := slog.Group("Error", "Code", refused.GetCode(), "Message", refused.GetMessage())
		response = []any{failure, slog.String("RequestId", refused.GetRequestId())}
	}
	log.Info("call", "service", service, "action", action, "region", region,
		"duration_ms", float64(time.Since(began).Microseconds())/1000, slog.Group("Response", response...))
	return err
}

func main() {
	for place := 1; place <= 6; place++ {
		_ = Call("cvm", "DescribeInstances", "ap-guangzhou", func() (string, error) {
			if place%3 == 0 {
				return "", &SDKError{"RequestLimitExceeded", "slow down", "ed93f3cb-f35e-473f-b9f3-0d451b8b79c6"}
			}
			return "b5b41468-520d-4192-b42f-595cc34b6c1c", nil
		})
	}
}
