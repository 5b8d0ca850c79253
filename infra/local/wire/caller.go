package wire

import (
	"errors"
	"net/http"
	"strings"

	"clientflow/infra/local/iam"
)

// caller finds the principal behind the access key that the request is signed
// with. An unsigned request is anonymous: Cognito's public operations are.
func (m *Mux) caller(r *http.Request) (iam.Principal, error) {
	authorization := r.Header.Get("Authorization")
	if authorization == "" {
		return iam.Principal{}, nil
	}
	id, ok := accessKeyID(authorization)
	if !ok {
		return iam.Principal{}, Errorf("IncompleteSignatureException", "Authorization header requires 'Credential' parameter. Authorization=%s", authorization)
	}
	principal, err := m.keys.Principal(id, r.Header.Get("X-Amz-Security-Token"))
	switch {
	case errors.Is(err, iam.ErrExpired):
		return principal, Errorf("ExpiredTokenException", "The security token included in the request is expired")
	case err != nil:
		return principal, Errorf("UnrecognizedClientException", "The security token included in the request is invalid.")
	}
	return principal, nil
}

// accessKeyID reads the key's id out of a Signature Version 4 header, such as
// "AWS4-HMAC-SHA256 Credential=AKID/20250102/us-east-1/sqs/aws4_request, …".
func accessKeyID(authorization string) (string, bool) {
	_, credential, found := strings.Cut(authorization, "Credential=")
	id, _, scoped := strings.Cut(credential, "/")
	return id, found && scoped && id != "" && strings.HasPrefix(authorization, "AWS4-HMAC-SHA256 ")
}
