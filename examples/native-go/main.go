// Declare every mail setting of a tenant on SHIFT.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"pulumi-smtpconfig/sdk/go/smtpconfig"
)

func declare(ctx *pulumi.Context) error {
	mail, err := smtpconfig.NewSmtpConfig(ctx, "acme", &smtpconfig.SmtpConfigArgs{
		Platform:           smtpconfig.PlatformShift,
		Hostname:           pulumi.String("idp.example.com:8443"),
		TenantId:           pulumi.String("acme"),
		Host:               pulumi.String("smtp.acme.example"),
		Port:               pulumi.Int(465),
		Ssl:                pulumi.Bool(true),
		From:               pulumi.String("no-reply@acme.example"),
		FromDisplayName:    pulumi.String("Acme"),
		ReplyTo:            pulumi.String("help@acme.example"),
		ReplyToDisplayName: pulumi.String("Acme help"),
		EnvelopeFrom:       pulumi.String("bounce@acme.example"),
		User:               pulumi.String("acme"),
		Password:           config.RequireSecret(ctx, "smtpPassword"),
	})
	if err != nil {
		return err
	}
	ctx.Export("endpoint", mail.Endpoint)
	return nil
}

func main() {
	pulumi.Run(declare)
}
