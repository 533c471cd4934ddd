package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// benchRow is one measured number.
type benchRow struct {
	engine, what, floorOf string
	floor, ours           string
	ratio                 float64 // 0: none
	aim                   string
	met                   bool
}

// benchReport gathers what was measured.
type benchReport struct {
	scale float64
	rows  []benchRow
	notes []string
}

func (r *benchReport) add(row benchRow) { r.rows = append(r.rows, row) }

func (r *benchReport) text() string {
	var b strings.Builder
	b.WriteString("# Benchmarks\n\nWritten by `make bench`. Every number stands beside its floor: the least work that could bring the same about,\nmeasured in the same run, on the same data and the same machine.\n\n")
	fmt.Fprintf(&b, "* Machine: %s, %d cores, %s, %s/%s, %s. It was shared with other work while this ran.\n",
		processor(), runtime.NumCPU(), memory(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	fmt.Fprintf(&b, "* Date: %s\n", time.Now().UTC().Format("2 January 2006"))
	if r.scale != 1 {
		fmt.Fprintf(&b, "* **Scaled to %g of the real sizes: these numbers mean nothing by themselves.**\n", r.scale)
	}
	b.WriteString("* The pretend Apple and the mail sink run in a process of their own, on the same cores.\n\n")
	b.WriteString("| database | what | floor | ours | ratio | aim | verdict |\n|---|---|---|---|---|---|---|\n")
	for _, row := range r.rows {
		ratio, verdict := "–", "missed"
		if row.ratio > 0 {
			ratio = fmt.Sprintf("%.2f", row.ratio)
		}
		if row.met {
			verdict = "met"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", row.engine, row.what, row.floor, row.ours, ratio, row.aim, verdict)
	}
	b.WriteString("\n## What the floors are\n\n")
	seen := map[string]bool{}
	for _, row := range r.rows {
		if row.floorOf != "" && !seen[row.floorOf] {
			seen[row.floorOf] = true
			fmt.Fprintf(&b, "* %s\n", row.floorOf)
		}
	}
	if len(r.notes) > 0 {
		b.WriteString("\n## Notes\n\n")
		for _, n := range r.notes {
			fmt.Fprintf(&b, "* %s\n", n)
		}
	}
	return b.String()
}

func processor() string { return procLine("/proc/cpuinfo", "model name") }

func memory() string {
	var kb int
	_, _ = fmt.Sscanf(procLine("/proc/meminfo", "MemTotal"), "%d kB", &kb)
	return fmt.Sprintf("%d GiB of memory", (kb+1<<19)>>20)
}

// procLine reads one value from a file of Linux; elsewhere there is none.
func procLine(path, name string) string {
	text, _ := os.ReadFile(path)
	for line := range strings.SplitSeq(string(text), "\n") {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

// residentMiB is how much memory a process holds, 0 where Linux does not say.
func residentMiB(pid string) int {
	var kb int
	_, _ = fmt.Sscanf(procLine("/proc/"+pid+"/status", "VmRSS"), "%d kB", &kb)
	return kb >> 10
}
