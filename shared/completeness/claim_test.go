package completeness

import "testing"

func TestClaim(t *testing.T) {
	for _, tt := range []struct {
		name     string
		around   affixes
		external string
		want     Claim
	}{
		{"as it is written", affixes{"#", ""}, "#1001-5554443332221", Claim{Order: "5554443332221"}},
		{"of a refund", affixes{"#", ""}, "#1001-R909090909090", Claim{Refund: "909090909090"}},
		{"of earlier releases", affixes{"#", ""}, "1001-40001696", Claim{Order: "40001696"}},
		{"a short id behind the shop's own name", affixes{"SE", "-X"}, "SE1001-X-40001696", Claim{Order: "40001696"}},
		{"the prefix as BC writes it", affixes{"se", ""}, "SE1001-40001696", Claim{Order: "40001696"}},
		{"a long id behind any name", affixes{"#", ""}, "AMZ-123-4567-5554443332221", Claim{Order: "5554443332221"}},
		{"a person's own number with a date", affixes{"#", ""}, "PO-20261123", Claim{}},
		{"a person's own short number", affixes{"#", ""}, "1001-17", Claim{}},
		{"no number", affixes{"#", ""}, "#1001-RETURN", Claim{}},
		{"a number with a zero in front", affixes{"#", ""}, "#1001-0123456789", Claim{}},
		{"an id alone", affixes{"#", ""}, "-5554443332221", Claim{}},
		{"too long for an id", affixes{"#", ""}, "#1001-1234567890123456789", Claim{}},
		{"blank", affixes{"#", ""}, "", Claim{}},
	} {
		if got := tt.around.claim(tt.external); got != tt.want {
			t.Errorf("%s: %q claims %+v, want %+v", tt.name, tt.external, got, tt.want)
		}
	}
}
