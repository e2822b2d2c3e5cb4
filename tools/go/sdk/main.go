// Command sdk writes the SDK of a schema, as `pulumi package add` does where a language host has it:
// sdk go|nodejs SCHEMA FOLDER.
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	log.SetFlags(0)
	files, err := generate(os.Args[1], os.Args[2])
	for name, content := range files {
		path := filepath.Join(os.Args[3], name)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o755)
		}
		if err == nil {
			err = os.WriteFile(path, content, 0o644)
		}
	}
	if err != nil {
		log.Fatal(err)
	}
}

func generate(language, file string) (map[string][]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	languages := map[string]schema.Language{"go": gogen.Importer, "nodejs": nodejs.Importer}
	pkg, err := schema.ImportSpec(spec, languages, schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	pkg.SupportPack = true // so the SDK is a module, as `pulumi package add` makes it
	if language == "go" {
		return gogen.GeneratePackage("pulumi", pkg, nil)
	}
	return nodejs.GeneratePackage("pulumi", pkg, nil, nil, true, nil)
}
