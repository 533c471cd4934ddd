// Package mdm carries commands to devices: by the MDM server inside rsvpp, or
// by another that a connector speaks to.
//
// It owns the ways to devices and what they report. It never decides who gets
// a command, and keeps nothing that an administrator would look for here.
package mdm
