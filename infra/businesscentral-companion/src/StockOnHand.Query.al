query 50105 "BKR Stock On Hand"
{
    QueryType = Normal;
    DataAccessIntent = ReadOnly;

    elements
    {
        dataitem(Entry; "Item Ledger Entry")
        {
            column(itemNo; "Item No.") { }
            column(variantCode; "Variant Code") { }
            column(locationCode; "Location Code") { }
            column(quantity; Quantity) { Method = Sum; }
            filter(itemFilter; "Item No.") { }
        }
    }
}
