"""pybusinesscentral, made from an OpenAPI file, reads the simulated Business Central.

Called by the Go test with the address of the API without tenant, a token and
the ids of the company and of an item of 25 % tax. Prints one line a check, "ok NAME" or "FAIL NAME: why", and
exits with 1 if one failed. Where the client and the reference disagree the
reference decides; each disagreement is printed as "exception NAME: what".
"""

import json
import sys

from pybusinesscentral.api_client import ApiClient
from pybusinesscentral.apis import CompanyApi, CustomerApi, PaymentTermApi, SalesInvoiceApi, SalesInvoiceLineApi
from pybusinesscentral.configuration import Configuration
from pybusinesscentral.exceptions import ApiException
from pybusinesscentral.model.post_customer_request import PostCustomerRequest
from pybusinesscentral.model.post_sales_invoice_line_for_sales_invoice_request import PostSalesInvoiceLineForSalesInvoiceRequest
from pybusinesscentral.model.post_sales_invoice_request import PostSalesInvoiceRequest

ADDRESS, TOKEN, COMPANY, ITEM = sys.argv[1:5]
FAILED = []
JSON = "application/json"


def check(name, good, detail=""):
    if good:
        print("ok", name)
    else:
        FAILED.append(name)
        print("FAIL %s: %s" % (name, detail))


def exception(name, what):
    print("exception %s: %s" % (name, what))


def client(token):
    made = ApiClient(Configuration(host=ADDRESS, access_token=token))
    made.set_default_header("Accept-Language", "en-US")
    return made


def refusal(name, status, code, call):
    """call must be refused so, with the simulator's explanation."""
    try:
        call()
        check(name, False, "it was accepted")
    except ApiException as e:
        error = json.loads(e.body)["error"]
        check(name, e.status == status and error["code"] == code and e.headers["X-Sim-Explain"], (e.status, error))


def lists(api, total):
    companies = CompanyApi(api).list_companies()
    check("list: companies", COMPANY in [c.id for c in companies.value], companies)
    customers = CustomerApi(api).list_customers(COMPANY)
    check("list: customers", len(customers.value) == total and all(c.id and c.number for c in customers.value), len(customers.value))
    some = CustomerApi(api).list_customers(COMPANY, filter="number eq '10000'", select=["id", "number"])
    check("list: filter and select", [(c.number, c.city) for c in some.value] == [("10000", None)], some)
    terms = PaymentTermApi(api).list_payment_terms(COMPANY)
    check("list: payment terms", "30D" in [t.code for t in terms.value], terms)


def paging(api, total):
    customers = CustomerApi(api)
    seen = []
    while True:
        page = customers.list_customers(COMPANY, top=4, skip=len(seen)).value
        if not page:
            break
        seen += [c.number for c in page]
    check("paging: top and skip", len(seen) == len(set(seen)) == total, seen)
    answer = customers.list_customers_without_preload_content(COMPANY, _headers={"Prefer": "odata.maxpagesize=4", "Accept": JSON})
    linked = []
    while True:
        page = json.loads(answer.read())
        linked += [c["number"] for c in page["value"]]
        if "@odata.nextLink" not in page:
            break
        headers = {"Prefer": "odata.maxpagesize=4", "Accept": JSON, "Authorization": "Bearer " + TOKEN}
        answer = api.rest_client.request("GET", page["@odata.nextLink"], headers=headers)
    check("paging: next links", linked == seen, linked)
    exception("next links", "the client's lists drop @odata.nextLink; the reference pages by it alone, so the script follows it (1.5)")
    try:
        customers.list_customers(COMPANY, limit=2)
        check("paging: $limit", False, "the simulator knows it")
    except ApiException as e:
        check("paging: $limit", json.loads(e.body)["error"]["code"] == "BadRequest_MethodNotImplemented", e.body)
        exception("$limit", "the client offers it; the reference has $top (1.5)")


def writes(api):
    customers = CustomerApi(api)
    made = customers.post_customer(COMPANY, JSON, PostCustomerRequest(displayName="Foreign", type="Person", country="DE", email="a@x.example;b@x.example"))
    check("create: a customer", made.number and made.display_name == "Foreign" and made.currency_code == "EUR", made)
    read = customers.get_customer(COMPANY, made.id)
    check("create: is read back", read.email == "a@x.example;b@x.example" and read.number == made.number, read)
    refusal("refusal: a stale ETag", 409, "Request_EntityChanged",
            lambda: customers.patch_customer(COMPANY, made.id, JSON, 'W/"old"', PostCustomerRequest(city="Köln")))
    changed = customers.patch_customer(COMPANY, made.id, JSON, "*", PostCustomerRequest(city="Köln"))
    check("change: a customer", changed.city == "Köln" and changed.display_name == "Foreign", changed)
    refusal("refusal: an unknown country", 400, "Internal_InvalidTableRelation",
            lambda: customers.post_customer(COMPANY, JSON, PostCustomerRequest(displayName="Nowhere", country="ZZ")))
    invoices, lines = SalesInvoiceApi(api), SalesInvoiceLineApi(api)
    draft = invoices.post_sales_invoice(COMPANY, JSON, PostSalesInvoiceRequest(customerNumber=made.number, externalDocumentNumber="F-1"))
    check("create: an invoice", draft.status == "Draft" and draft.external_document_number == "F-1", draft)
    line = PostSalesInvoiceLineForSalesInvoiceRequest(lineType="Item", itemId=ITEM, quantity=2, unitPrice=100)
    exception("lineObjectNumber", "the client's lines, of the v1.0 era, do not have it; the reference has it beside itemId (4.5)")
    answer = lines.post_sales_invoice_line_for_sales_invoice_without_preload_content(COMPANY, draft.id, JSON, line)
    got = json.loads(answer.read())
    check("create: a line", answer.status == 201 and got["netAmountIncludingTax"] == 250, got)
    total = invoices.get_sales_invoice(COMPANY, draft.id)
    check("create: the invoice's total", total.total_amount_including_tax == 250, total)


def main():
    api = client(TOKEN)
    total = len(json.loads(CustomerApi(api).list_customers_without_preload_content(COMPANY).read())["value"])
    lists(api, total)
    paging(api, total)
    writes(api)
    refusal("refusal: a token nobody issued", 401, "Authentication_InvalidCredentials",
            lambda: CustomerApi(client("x")).list_customers(COMPANY))
    sys.exit(1 if FAILED else 0)


main()
