// Declare every mail setting of a tenant on SHIFT.
import * as pulumi from "@pulumi/pulumi";
import * as smtpconfig from "pulumi-smtpconfig";

const mail = new smtpconfig.SmtpConfig("acme", {
    platform: "shift",
    hostname: "idp.example.com:8443",
    tenantId: "acme",
    host: "smtp.acme.example",
    port: 465,
    ssl: true,
    from: "no-reply@acme.example",
    fromDisplayName: "Acme",
    replyTo: "help@acme.example",
    replyToDisplayName: "Acme help",
    envelopeFrom: "bounce@acme.example",
    user: "acme",
    password: new pulumi.Config().requireSecret("smtpPassword"),
});

export const endpoint = mail.endpoint;
