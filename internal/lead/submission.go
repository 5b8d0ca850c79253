package lead

import (
	"errors"
	"slices"
	"strings"

	"clientflow/internal/email"
	"clientflow/internal/problem"
	"clientflow/internal/tag"
)

// Submission is what a visitor, or the IB itself, sends of a lead, checked and
// brought to the form in which it is kept. Texts that were not given are "".
type Submission struct {
	// Email is as email.Normalise makes it.
	Email string `json:"email" dynamodbav:"email"`
	Name  string `json:"name" dynamodbav:"name"`
	Phone string `json:"phone" dynamodbav:"phone"`
	// IBType is a tag's name, as tag.Slug makes it.
	IBType string `json:"ibType" dynamodbav:"ibType"`
	// MonthlyLeads is one of Volumes.
	MonthlyLeads  string `json:"monthlyLeads" dynamodbav:"monthlyLeads"`
	BrokerNetwork string `json:"brokerNetwork" dynamodbav:"brokerNetwork"`

	UTMSource   string `json:"-" dynamodbav:"utmSource"`
	UTMMedium   string `json:"-" dynamodbav:"utmMedium"`
	UTMCampaign string `json:"-" dynamodbav:"utmCampaign"`
	UTMTerm     string `json:"-" dynamodbav:"utmTerm"`
	UTMContent  string `json:"-" dynamodbav:"utmContent"`
	// PageURL is the page that had the form, or the link to it.
	PageURL string `json:"-" dynamodbav:"pageUrl"`
	// Referrer is where the visitor had come to that page from.
	Referrer string `json:"-" dynamodbav:"referrer"`
	Consent  bool   `json:"-" dynamodbav:"consent"`
}

// HighVolume is the largest of Volumes.
const HighVolume = "500+"

// Volumes returns what a visitor may answer when asked how many leads they have
// a month.
func Volumes() []string { return []string{"1-49", "50-199", "200-499", HighVolume} }

// MaxText is how many characters a field may have that says nothing else.
const MaxText = 200

const (
	maxPhone = 40
	maxURL   = 2000
)

// submitted reads the fields of a submission, under the names that forms give
// them, from whatever they came in. get returns a field, "" when it is not
// there.
func submitted(get func(field string) string, fields *problem.Fields) Submission {
	c := checker{get, fields}
	return Submission{
		Email:         c.email(),
		Name:          c.name(),
		Phone:         c.phone(),
		IBType:        c.ibType(),
		MonthlyLeads:  c.monthlyLeads(),
		BrokerNetwork: c.line("broker_network", MaxText),
		UTMSource:     c.line("utm_source", MaxText),
		UTMMedium:     c.line("utm_medium", MaxText),
		UTMCampaign:   c.line("utm_campaign", MaxText),
		UTMTerm:       c.line("utm_term", MaxText),
		UTMContent:    c.line("utm_content", MaxText),
		PageURL:       c.webAddress("page_url"),
		Referrer:      c.webAddress("referrer"),
	}
}

// checker reads one field after another and notes what is wrong with each.
type checker struct {
	get    func(field string) string
	fields *problem.Fields
}

func (c checker) line(field string, most int) string {
	value, complaint := Line(c.get(field), most)
	if complaint != "" {
		c.fields.Add(field, complaint)
	}
	return value
}

func (c checker) email() string {
	raw := c.get("email")
	if strings.TrimSpace(raw) == "" {
		c.fields.Add("email", missing)
		return ""
	}
	address, err := email.Normalise(raw)
	if err != nil {
		c.fields.Add("email", "must be an address such as name@example.com")
	}
	return address
}

func (c checker) name() string {
	name := c.line("name", MaxText)
	if !isSeen(name) {
		c.fields.Add("name", missing)
	}
	return name
}

func (c checker) phone() string {
	phone := c.line("phone", maxPhone)
	if phone == "" {
		return ""
	}
	digits := 0
	for _, r := range phone {
		if '0' <= r && r <= '9' {
			digits++
		} else if !strings.ContainsRune("+-().,/#*x ", r) {
			digits = -maxPhone
		}
	}
	if digits < 5 {
		c.fields.Add("phone", "must be a telephone number such as +44 20 7946 0958")
	}
	return phone
}

func (c checker) ibType() string {
	raw := c.line("ib_type", MaxText)
	if raw == "" {
		return ""
	}
	name, err := tag.Slug(raw)
	switch {
	case errors.Is(err, tag.ErrReserved):
		c.fields.Add("ib_type", "is a name that only workflows may set")
	case err != nil:
		c.fields.Add("ib_type", "must be words of letters a–z, digits and hyphens, 52 characters at most")
	}
	return name
}

func (c checker) monthlyLeads() string {
	volume := c.line("monthly_leads", MaxText)
	if volume != "" && !slices.Contains(Volumes(), volume) {
		c.fields.Add("monthly_leads", "must be one of "+strings.Join(Volumes(), ", "))
	}
	return volume
}

func (c checker) webAddress(field string) string {
	address, complaint := WebAddress(c.get(field))
	if complaint != "" {
		c.fields.Add(field, complaint)
	}
	return address
}
