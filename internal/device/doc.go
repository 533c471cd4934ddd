// Package device is the door at which devices and their people arrive: the MDM
// protocol, certificates, and the page with the profile that brings a device
// under management.
//
// It owns the addresses and what each lets in. What devices say is heard by
// the MDM server behind it.
package device
