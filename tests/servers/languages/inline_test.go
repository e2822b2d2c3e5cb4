package main

import (
	"context"
	"os"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
)

// The example runs as an inline program, which needs no language host.
func TestInline(t *testing.T) {
	ctx, out := context.Background(), os.Stdout
	stack, err := auto.SelectStackInlineSource(ctx, "dev", "mail-native", declare, auto.WorkDir("."))
	if err == nil && os.Getenv("COMMAND") == "preview" {
		_, err = stack.Preview(ctx, optpreview.ProgressStreams(out), optpreview.ErrorProgressStreams(out))
	} else if err == nil {
		_, err = stack.Up(ctx, optup.ProgressStreams(out), optup.ErrorProgressStreams(out))
	}
	if err != nil {
		t.Fatal(err)
	}
}
