// Runs the example as an inline program, which needs no language host: inline.js preview|up.
const { LocalWorkspace } = require("@pulumi/pulumi/automation");

async function main() {
    const stack = await LocalWorkspace.selectStack(
        { stackName: "dev", projectName: "mail-native", program: async () => require("./bin/index.js") },
        { workDir: "." },
    );
    await stack[process.argv[2]]({ onOutput: console.log, onError: console.log });
}

main().catch((error) => {
    console.log(error.message);
    process.exit(1);
});
