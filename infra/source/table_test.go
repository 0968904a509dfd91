package source

// layer is a set of packages that import the same.
type layer struct {
	Name     string
	Packages []string // folders; one that ends in /... stands for those below it too
	// Imports are the layers that they import, beside their own if Siblings is set.
	Imports  []string
	Siblings bool
	// Bans are packages from outside, with all below them, that they do not import.
	Bans []string
}

// What reaches the outside is an adapter's job: clock, files, network and AWS are
// passed in.
var outside = []string{"os", "net/http", "database/sql", "github.com/aws"}

// layers are the whole repository. Each imports from those above it in the table,
// as far as it names them; a package that stands nowhere fails.
var layers = []layer{
	{
		Name: "ground", Siblings: true, Bans: outside,
		Packages: []string{"shared/bcapi", "shared/clock", "shared/fault", "shared/language", "shared/money", "shared/phone", "shared/plain", "shared/secret", "shared/shopifyapi", "shared/strict", "shared/usage"},
	},
	{
		Name: "contracts", Siblings: true, Imports: []string{"ground"}, Bans: outside,
		Packages: []string{"shared/table", "shared/queue", "shared/schedule", "shared/record", "shared/recurrence"},
	},
	{Name: "queue", Imports: []string{"ground", "contracts"}, Bans: outside, Packages: []string{"shared/jobqueue"}},
	{Name: "queue store", Imports: []string{"ground", "contracts", "queue"}, Bans: outside, Packages: []string{"shared/jobqueue/jobstore"}},
	{Name: "queue client", Imports: []string{"ground", "contracts", "queue", "queue store"}, Bans: outside, Packages: []string{"shared/jobqueue/jobs"}},
	{
		Name: "queue dispatch", Imports: []string{"ground", "contracts", "queue", "queue store", "queue client"}, Bans: outside,
		Packages: []string{"shared/jobqueue/dispatch"},
	},
	{
		Name: "queue sweep", Imports: []string{"ground", "contracts", "queue", "queue store", "queue client", "queue dispatch"}, Bans: outside,
		Packages: []string{"shared/jobqueue/sweep"},
	},
	{
		Name: "kit", Siblings: true, Imports: []string{"ground", "contracts", "queue"}, Bans: outside,
		Packages: []string{"shared/cursor", "shared/insync", "shared/issue", "shared/link", "shared/outbound", "shared/privacy", "shared/sales", "shared/shop", "shared/task"},
	},
	{
		Name: "domains", Imports: []string{"ground", "contracts", "queue", "kit"}, Bans: outside,
		Packages: []string{"shared/orders", "shared/customers", "shared/products", "shared/documents", "shared/shipments", "shared/creditmemos", "shared/staging", "shared/posting", "shared/inventory", "shared/listings", "shared/customersync", "shared/companysync", "shared/completeness", "shared/payments", "shared/disputes", "shared/images", "shared/prices", "shared/receipts"},
	},
	{
		// The generated part of a core, and what it is written with.
		Name: "client parts", Siblings: true, Imports: []string{"ground"}, Bans: outside,
		Packages: []string{"shared/shopify/internal/gql", "shared/shopify/internal/wire"},
	},
	{
		// The core of all clients of one side; what is asked for is known below.
		Name: "cores", Imports: []string{"ground", "contracts", "kit", "client parts"}, Bans: []string{"os", "database/sql", "github.com/aws"},
		Packages: []string{"shared/shopify", "shared/businesscentral"},
	},
	{
		// What several clients of one side read and send alike.
		Name: "clients' common", Imports: []string{"ground", "kit"}, Bans: outside,
		Packages: []string{"shared/businesscentral/internal/lines"},
	},
	{
		Name: "clients", Imports: []string{"ground", "contracts", "kit", "domains", "cores", "client parts", "clients' common"}, Bans: []string{"os", "database/sql", "github.com/aws"},
		Packages: []string{
			"shared/shopify/orderapi", "shared/shopify/shopapi", "shared/shopify/fulfilmentapi", "shared/shopify/productapi", "shared/shopify/inventoryapi", "shared/shopify/paymentsapi", "shared/shopify/imageapi", "shared/businesscentral/pictureapi", "shared/shopify/priceapi", "shared/businesscentral/priceapi", "shared/shopify/receiptapi",
			"shared/shopify/completenessapi", "shared/shopify/customerapi", "shared/shopify/companyapi", "shared/businesscentral/completenessapi",
			"shared/businesscentral/salesapi", "shared/businesscentral/customerapi", "shared/businesscentral/itemapi", "shared/businesscentral/companyapi", "shared/businesscentral/shipmentapi",
			"shared/businesscentral/postingapi", "shared/businesscentral/creditapi", "shared/businesscentral/stockapi", "shared/businesscentral/journalapi", "shared/businesscentral/receiptapi",
		},
	},
	{
		Name: "wiring", Imports: []string{"ground", "contracts", "queue", "queue store", "queue client", "kit", "domains", "cores", "clients"}, Bans: outside,
		Packages: []string{"shared/wiring"},
	},
	{
		Name: "interfaces", Siblings: true, Imports: []string{"ground", "contracts", "queue", "queue store", "queue client", "kit", "domains", "wiring"}, Bans: []string{"os", "database/sql"},
		Packages: []string{"shared/identity", "shared/api", "shared/api/client", "shared/apigateway", "shared/connect"},
	},
	{Name: "generators", Packages: []string{"shared/api/operations"}}, // run by go generate
	{Name: "measures", Imports: []string{"ground", "queue", "queue sweep"}, Bans: outside, Packages: []string{"shared/metrics"}},
	{Name: "settings", Imports: []string{"ground"}, Bans: []string{"database/sql", "github.com/aws"}, Packages: []string{"shared/config"}},
	{
		Name: "engines", Siblings: true, Imports: []string{"ground", "contracts"},
		Packages: []string{"shared/memory", "shared/sqlite", "shared/dynamo", "shared/sqs", "shared/scheduler", "shared/lambdainvoke", "shared/awsfault"},
	},
	{
		// For tests alone: no package but another of them and a test's world imports one.
		Name: "suites", Siblings: true, Imports: []string{"ground", "contracts", "queue", "queue store", "cores", "client parts", "engines"},
		Packages: []string{
			"shared/contract", "shared/testclock", "shared/testsize", "shared/faulty", "shared/table/tabletest", "shared/queue/queuetest", "shared/schedule/scheduletest",
			"shared/jobqueue/invokertest", "shared/jobqueue/jobqueuetest", "shared/task/tasktest", "shared/awsfault/awswire",
			"shared/dynamo/dynamotest", "shared/sqs/sqstest", "shared/scheduler/schedulertest",
			"shared/lambdainvoke/lambdatest", "shared/lambdafn/lambdafntest", "shared/businesscentral/bctest", "shared/shopify/shoptest", "shared/shopify/shoptest/shoprig",
		},
	},
	{
		// Domains at work, for tests of several of them.
		Name: "rigs", Imports: []string{"ground", "contracts", "queue", "queue store", "kit", "domains", "engines", "suites"}, Packages: []string{"shared/orders/orderstest"},
	},
	{
		Name: "hosts", Siblings: true, Packages: []string{"shared/lambdafn", "functions/...", "infra/local", "infra/operate", "infra/sign"},
		Imports: []string{
			"ground", "contracts", "queue", "queue store", "queue client", "queue dispatch", "queue sweep",
			"kit", "domains", "cores", "clients", "wiring", "interfaces", "measures", "settings", "engines",
		},
	},
	{Name: "plan", Siblings: true, Imports: []string{"ground", "queue", "queue sweep", "kit", "wiring", "measures"}, Packages: []string{"infra/plan/..."}},
	{Name: "simulators", Siblings: true, Packages: []string{"infra/sim/..."}}, // no code shared with what they test
	{
		Name: "worlds", Siblings: true, Packages: []string{"infra/system/..."},
		Imports: []string{
			"ground", "contracts", "queue", "queue store", "queue client", "queue dispatch", "queue sweep",
			"kit", "domains", "cores", "clients", "wiring", "engines", "suites", "simulators",
		},
	},
	{Name: "deployment", Siblings: true, Imports: []string{"queue", "plan", "measures"}, Packages: []string{"infra/cdk/..."}},
	{Name: "cost", Imports: []string{"ground", "plan"}, Packages: []string{"infra/cost"}},
	{Name: "judges", Imports: []string{"plan"}, Packages: []string{"infra/alarmsim", "infra/mutation", "infra/source", "infra/emulators", "infra/foreign"}},
}

// exceptions are imports that no layer allows. Each has its reason, and goes with
// the import.
var exceptions = []struct{ From, To, Why string }{
	{"shared/customers", "shared/orders", "the buyer is a part of the order"},
	{"shared/customersync", "shared/customers", "a customer of the shop and the buyer of an order are one, by one law and one link"},
	{"shared/customersync", "shared/orders", "whose noun a customer of the shop is"},
	{"shared/companysync", "shared/customers", "a company of the shop has one customer, for its orders too, by one law and one link"},
	{"shared/companysync", "shared/orders", "whose nouns a location's address and a main contact are"},
	{"shared/products", "shared/orders", "the item is looked for by what a line says"},
	{"shared/listings", "shared/products", "the item of a variant is found as that of an order line"},
	{"shared/listings", "shared/orders", "by what a line says"},
	{"shared/documents", "shared/orders", "a document is made of an order"},
	{"shared/documents", "shared/customers", "and booked on its buyer"},
	{"shared/documents", "shared/products", "with its items"},
	{"shared/creditmemos", "shared/orders", "a credit memo is made of a refund of an order"},
	{"shared/creditmemos", "shared/documents", "by the mapping of the order's document, in the same run"},
	{"shared/staging", "shared/creditmemos", "the store of how far refunds are"},
	{"shared/staging", "shared/orders", "the store of what orders imports"},
	{"shared/staging", "shared/documents", "and of what documents makes of it"},
	{"shared/staging", "shared/shipments", "which shipments are sent by"},
	{"shared/staging", "shared/completeness", "and differences are excused by"},
	{"shared/completeness", "shared/orders", "what an order comes to, with and without its refunds"},
	{"shared/completeness", "shared/documents", "how its document is called, and what the card says of documents"},
	{"shared/completeness", "shared/creditmemos", "how the credit memo of a refund is called"},
	{"shared/staging", "shared/inventory", "what orders without a document have sold"},
	{"shared/sqs", "shared/jobqueue", "the handler hides a message as long as the queue's protocol says"},
	{"shared/sqs", "shared/jobqueue/dispatch", "the handler of a delivery answers with the dispatcher's decision"},
	{"shared/lambdainvoke", "shared/jobqueue", "it implements Invoker, a contract that stands in the queue's package"},
	{"infra/local", "infra/sim/host", "make demo and serve start the simulators"},
	{"infra/local", "infra/sim/businesscentral", "the sample card names accounts of the simulated company"},
	{"infra/operate", "infra/plan", "the names of what is deployed"},
}
