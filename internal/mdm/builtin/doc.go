// Package builtin is the MDM server inside rsvpp: NanoMDM over our own store,
// for sites that have no MDM server of their own.
//
// It owns what devices are answered: who may enroll, with which certificate,
// which commands wait, when devices are woken. It tells what devices do to
// whoever is to know (mdm.Told), before the device hears that all is well. It
// never decides what is sent, and never answers 401, which devices take for
// "leave".
package builtin
