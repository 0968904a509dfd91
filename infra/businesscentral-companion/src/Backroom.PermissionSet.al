permissionset 50100 "BKR Read"
{
    Assignable = true;
    Caption = 'Backroom Companion';
    Permissions =
        page "BKR Shipments" = X,
        page "BKR Shipment Lines" = X,
        page "BKR Order Extras" = X,
        page "BKR Item Units" = X,
        page "BKR Inventory By Location" = X,
        page "BKR Sales Prices" = X,
        page "BKR Item References" = X,
        page "BKR Item Pictures" = X,
        page "BKR Item Details" = X,
        query "BKR Stock On Hand" = X,
        query "BKR Stock Sold" = X,
        table "BKR Stock" = X,
        tabledata "BKR Stock" = RIMD,
        tabledata "Sales Shipment Header" = R,
        tabledata "Sales Shipment Line" = R,
        tabledata "Shipping Agent" = R,
        tabledata "Sales Header" = RM,
        tabledata "Sales Line" = R,
        tabledata Item = R,
        tabledata "Item Ledger Entry" = R,
        tabledata "Item Unit of Measure" = R,
        tabledata "Price List Line" = R,
        tabledata "Item Reference" = R,
        tabledata Vendor = R,
        tabledata "Country/Region" = R,
        tabledata "Entity Text" = R,
        tabledata "Purchase Line" = R,
        tabledata "Transfer Line" = R,
        tabledata "Prod. Order Component" = R,
        tabledata "Assembly Header" = R,
        tabledata "Assembly Line" = R,
        tabledata "Reservation Entry" = R;
}
