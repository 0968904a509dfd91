query 50106 "BKR Stock Sold"
{
    QueryType = Normal;
    DataAccessIntent = ReadOnly;

    elements
    {
        dataitem(Line; "Sales Line")
        {
            DataItemTableFilter = Type = const(Item), "Document Type" = filter(Order | Invoice);

            column(documentType; "Document Type") { }
            column(itemNo; "No.") { }
            column(variantCode; "Variant Code") { }
            column(locationCode; "Location Code") { }
            column(outstanding; "Outstanding Qty. (Base)") { Method = Sum; }
            filter(itemFilter; "No.") { }
        }
    }
}
