package wire

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
)

// queryNamespace is the XML namespace of answers, which clients do not look at: that
// of the query service that was there first.
const queryNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// queryCodes are the names that the query protocol has for errors which the JSON
// protocols name otherwise.
var queryCodes = map[string]string{
	"AccessDeniedException":               "AccessDenied",
	"ExpiredTokenException":               "ExpiredToken",
	"UnrecognizedClientException":         "InvalidClientTokenId",
	"MissingAuthenticationTokenException": "MissingAuthenticationToken",
	"IncompleteSignatureException":        "IncompleteSignature",
	"InternalServerError":                 "InternalFailure",
}

// writeQuery wraps the value as <Action>Response/<Action>Result.
func writeQuery(w http.ResponseWriter, action string, value any) {
	var body bytes.Buffer
	encoder := xml.NewEncoder(&body)
	fmt.Fprintf(&body, `<%sResponse xmlns="%s">`, action, queryNamespace)
	err := encoder.EncodeElement(value, xml.StartElement{Name: xml.Name{Local: action + "Result"}})
	if err != nil {
		writeQueryError(w, asError(fmt.Errorf("encode the answer: %w", err)))
		return
	}
	fmt.Fprintf(&body, `<ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%sResponse>`, UUID(), action)
	sendXML(w, http.StatusOK, body.Bytes())
}

func writeQueryError(w http.ResponseWriter, e *Error) {
	code, known := queryCodes[e.Type]
	status := e.status()
	if !known {
		code = e.Type
	} else if status == http.StatusBadRequest {
		status = http.StatusForbidden
	}
	fault := "Sender"
	if status >= http.StatusInternalServerError {
		fault = "Receiver"
	}
	body := fmt.Sprintf(`<ErrorResponse xmlns="%s"><Error><Type>%s</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>%s</RequestId></ErrorResponse>`,
		queryNamespace, fault, escape(code), escape(e.Message), UUID())
	sendXML(w, status, []byte(body))
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	return b.String()
}

func sendXML(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "text/xml")
	sendBody(w, status, body)
}
