// Package main is the program rsvpp: the server, its demonstration and
// rehearsal, and the administrator's commands.
//
// It owns the settings, wires the rooms, runs and stops them. It is the only
// place that reads the environment. It never decides: services do.
package main

func main() {}
