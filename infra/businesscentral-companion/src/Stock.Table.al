// Rows are worked out when they are read: nothing is stored here.
table 50104 "BKR Stock"
{
    TableType = Temporary;
    DataClassification = CustomerContent;

    fields
    {
        field(1; "Item No."; Code[20]) { }
        field(2; "Variant Code"; Code[10]) { }
        field(3; "Location Code"; Code[10]) { }
        field(4; "Base Unit of Measure"; Code[10]) { }
        field(5; Quantity; Decimal) { DecimalPlaces = 0 : 5; }
        field(6; "Reserved Quantity"; Decimal) { DecimalPlaces = 0 : 5; }
        field(7; "Qty. on Sales Order"; Decimal) { DecimalPlaces = 0 : 5; }
        field(8; "Qty. on Sales Invoice"; Decimal) { DecimalPlaces = 0 : 5; }
        field(9; "Projected Quantity"; Decimal) { DecimalPlaces = 0 : 5; }
    }

    keys
    {
        key(PK; "Item No.", "Variant Code", "Location Code") { Clustered = true; }
    }
}
