package main

import (
	"fmt"
	"os"
)

func sayf(cause error, format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, cause)...)
}

type versionX struct{ Version string }

func readVersion() versionX { return versionX{"dev"} }

func makeDataDir(s settings) error { return os.MkdirAll(s.dataDir, 0o700) }
