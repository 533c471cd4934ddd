package applesim

import (
	"io"
	"net/http"
	"strings"
)

// The endpoints of version 1, by Apple's names. Every page of theirs is marked as legacy; the service is alive all the same.
// https://developer.apple.com/documentation/devicemanagement/app-and-book-management-legacy
const (
	V1ServiceConfig   Endpoint = "VPPServiceConfigSrv"
	V1ClientConfig    Endpoint = "VPPClientConfigSrv"
	V1UserRegister    Endpoint = "registerVPPUserSrv"
	V1UserRead        Endpoint = "getVPPUserSrv"
	V1UsersRead       Endpoint = "getVPPUsersSrv"
	V1UserEdit        Endpoint = "editVPPUserSrv"
	V1UserRetire      Endpoint = "retireVPPUserSrv"
	V1AssetsRead      Endpoint = "getVPPAssetsSrv"
	V1LicensesRead    Endpoint = "getVPPLicensesSrv"
	V1AssignmentsRead Endpoint = "getAssignments"
	V1Manage          Endpoint = "manageVPPLicensesByAdamIdSrv"
	V1Removed         Endpoint = "removed" // the deprecated ones that one user and one license went through: 9634
)

// v1Routes is version 1 by name.
func (a *Apple) v1Routes() map[string]route {
	out := map[string]route{}
	for _, r := range []route{
		{V1ServiceConfig, true, a.v1ServiceConfig},
		{V1ClientConfig, false, a.v1ClientConfig},
		{V1UserRegister, false, a.v1Register},
		{V1UserRead, false, a.v1User},
		{V1UsersRead, false, a.v1Users},
		{V1UserEdit, false, a.v1Edit},
		{V1UserRetire, false, a.v1Retire},
		{V1AssetsRead, false, a.v1Assets},
		{V1LicensesRead, false, a.v1Licenses},
		{V1AssignmentsRead, false, a.v1Assignments},
		{V1Manage, false, a.v1Manage},
	} {
		out[string(r.endpoint)] = r
	}
	for _, name := range []string{
		"associateVPPLicenseSrv", "associateVPPLicenseWithVPPUserSrv", "disassociateVPPLicenseSrv", "disassociateVPPLicenseFromVPPUserSrv",
	} {
		out[name] = route{V1Removed, false, func(*call) reply { return fail(9634).reply() }}
	}
	return out
}

// Where version 1 answers: at Apple's address, at Apple's older one, and at the root as Apple's own simulator did.
const (
	v1Root    = "/mdm/"
	v1OldRoot = "/WebObjects/MZFinance.woa/wa/"
)

// v1Route finds the endpoint that a path means, and under which address it was asked for.
func (a *Apple) v1Route(path string) (r route, base string, ok bool) {
	for _, base := range []string{v1Root, v1OldRoot, "/"} {
		if name, under := strings.CutPrefix(path, base); under {
			r, ok = a.legacy[name]
			return r, base, ok
		}
	}
	return r, "", false
}

// serveV1 serves one call of version 1. Apple documents POST; scripts in the wild use GET, and are served.
func (a *Apple) serveV1(w http.ResponseWriter, r *http.Request, rt route, base string) {
	if r.Method != http.MethodPost && r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET, POST")
		a.count(rt.endpoint, http.StatusMethodNotAllowed, 0)
		http.Error(w, "POST, please.", http.StatusMethodNotAllowed)
		return
	}
	c := &call{Request: r, route: rt, v1: v1Args{}}
	var err error
	if c.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); err == nil {
		c.v1, err = readV1Args(r.URL.RawQuery, c.body)
	}
	var number int
	switch {
	case err != nil:
		number = 9602
	case a.v1Moved(rt, base):
		number = 9617
	default:
		a.witness(w, c, a.serveCall)
		return
	}
	a.count(rt.endpoint, http.StatusOK, number)
	a.write(w, c.dress(fail(number).reply()))
}

func (a *Apple) v1Moved(rt route, base string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.quirks.OldAddressMoved && base == v1OldRoot && rt.endpoint != V1ServiceConfig
}
