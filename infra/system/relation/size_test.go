package relation_test

import "backroom/shared/testsize"

// sample is how many shops are drawn unless the command says otherwise.
var sample = testsize.Of(4, 4, 1)
