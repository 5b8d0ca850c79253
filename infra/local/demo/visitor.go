package demo

import (
	"fmt"
	"strings"
)

// visitor returns the nth lead that an account's form is sent. The same account
// and n always give the same person.
func visitor(a Account, n int) object {
	first := pick(firstNames(), n*7+a.Leads)
	last := pick(lastNames(), n*5+n/len(lastNames())+a.Leads)
	lead := object{
		"email":          strings.ToLower(fmt.Sprintf("%s.%s.%d@mail.test", first, last, n+1)),
		"name":           first + " " + last,
		"ib_type":        pick(a.types, n),
		"monthly_leads":  pick([]string{"1-49", "50-199", "1-49", "200-499", "50-199", "500+", "1-49"}, n),
		"broker_network": pick([]string{"Northgate Markets", "Blue Harbor FX", "Meridian Brokers", ""}, n),
		"utm_source":     pick([]string{"google", "youtube", "newsletter", "partner"}, n),
		"utm_medium":     pick([]string{"cpc", "video", "email", "referral"}, n),
		"page_url":       "https://landing.test/" + pick(a.types, n),
		"consent":        true,
	}
	if n%4 != 3 {
		lead["phone"] = fmt.Sprintf("%s %07d", pick([]string{"+44 7700", "+1 202 55", "+49 1512", "+234 803", "+971 50"}, n), 1000003*(n+1)%10000000)
	}
	return lead
}

func pick(from []string, n int) string { return from[n%len(from)] }

func firstNames() []string {
	return []string{"Amara", "Benedikt", "Chiara", "Dmitri", "Elena", "Farid", "Grace", "Hiro", "Ingrid", "Jonas",
		"Kavya", "Luca", "Mariam", "Nils", "Olivia", "Pedro", "Qiu", "Rosa", "Stefan", "Tara", "Umar", "Vera", "Wale"}
}

func lastNames() []string {
	return []string{"Adeyemi", "Berger", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Hansen", "Ivanova", "Jansen",
		"Kumar", "Lopez", "Moreau", "Novak", "Okoye", "Petrov", "Rossi", "Silva", "Tanaka", "Vargas", "Weber"}
}
