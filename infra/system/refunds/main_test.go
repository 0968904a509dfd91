package refunds_test

import (
	"testing"

	worlds "backroom/infra/system/world"
)

func TestMain(m *testing.M) { worlds.Main(m) }
