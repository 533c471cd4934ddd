package mdmtest

// SignIn signs an account in to the App Store for a person, nil for whom the
// whole device is. Its hash is what Apple calls idHash; "" signs out.
func (d *Device) SignIn(p *Person, hash string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stores[p] = hash
}

// SignedIn is the hash of the account that is signed in for a person, "" for
// nobody's.
func (d *Device) SignedIn(p *Person) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stores[p]
}

// Told counts how often the server heard from a channel who is signed in.
func (d *Device) Told(p *Person) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.told[p]
}
