package builtin

import (
	"log/slog"

	"github.com/micromdm/nanolib/log"
)

// nanoLogger lets NanoMDM write to our log, without what devices said: that
// may hold tokens and links.
type nanoLogger struct{ to *slog.Logger }

var _ log.Logger = nanoLogger{}

// Info implements NanoMDM's Logger. Its "info" is our "debug" but for errors.
func (l nanoLogger) Info(words ...any) {
	level := slog.LevelDebug
	for i := 0; i+1 < len(words); i += 2 {
		if words[i] == "err" {
			level = slog.LevelWarn
		}
	}
	l.to.Log(nil, level, "mdm", clean(words)...) //nolint:staticcheck // NanoMDM hands no context on
}

// Debug implements NanoMDM's Logger.
func (l nanoLogger) Debug(words ...any) { l.to.Debug("mdm", clean(words)...) }

// With implements NanoMDM's Logger.
func (l nanoLogger) With(words ...any) log.Logger { return nanoLogger{l.to.With(clean(words)...)} }

// clean drops raw messages and signatures.
func clean(words []any) []any {
	var kept []any
	for i := 0; i+1 < len(words); i += 2 {
		switch words[i] {
		case "content", "mdm-signature", "msg":
			if words[i] == "msg" {
				kept = append(kept, "what", words[i+1])
			}
		default:
			kept = append(kept, words[i], words[i+1])
		}
	}
	return kept
}
