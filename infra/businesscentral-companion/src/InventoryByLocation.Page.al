page 50107 "BKR Inventory By Location"
{
    PageType = API;
    APIPublisher = 'backroom';
    APIGroup = 'shopify';
    APIVersion = 'v1.0';
    EntityName = 'inventoryByLocation';
    EntitySetName = 'inventoryByLocation';
    SourceTable = "BKR Stock";
    SourceTableTemporary = true;
    ODataKeyFields = SystemId;
    DelayedInsert = true;
    Editable = false;
    InsertAllowed = false;
    ModifyAllowed = false;
    DeleteAllowed = false;
    DataAccessIntent = ReadOnly;

    layout
    {
        area(Content)
        {
            repeater(Rows)
            {
                field(id; Rec.SystemId) { }
                field(itemNumber; Rec."Item No.") { }
                field(variantCode; Rec."Variant Code") { }
                field(locationCode; Rec."Location Code") { }
                field(baseUnitOfMeasureCode; Rec."Base Unit of Measure") { }
                field(quantity; Rec.Quantity) { }
                field(reservedQuantity; Rec."Reserved Quantity") { }
                field(qtyOnSalesOrder; Rec."Qty. on Sales Order") { }
                field(qtyOnSalesInvoice; Rec."Qty. on Sales Invoice") { }
                field(projectedQuantity; Rec."Projected Quantity") { }
                field(lastModifiedDateTime; Rec.SystemModifiedAt) { }
            }
        }
    }

    var
        Loaded: Boolean;

    trigger OnFindRecord(Which: Text): Boolean
    begin
        if not Loaded then begin
            Load(Rec.GetFilter("Item No."));
            Loaded := true;
        end;
        exit(Rec.Find(Which));
    end;

    // Load works out the stock of the items of a filter. What is sold is read before
    // what is there: a shipment in between is counted twice, never not at all.
    local procedure Load(ItemFilter: Text)
    var
        Asked: Record "BKR Stock" temporary;
        Sold: Query "BKR Stock Sold";
        OnHand: Query "BKR Stock On Hand";
    begin
        Asked.CopyFilters(Rec);
        Rec.Reset();
        if ItemFilter <> '' then begin
            Sold.SetFilter(itemFilter, ItemFilter);
            OnHand.SetFilter(itemFilter, ItemFilter);
        end;
        Sold.Open();
        while Sold.Read() do
            if Stocked(Sold.itemNo, Sold.variantCode, Sold.locationCode) then begin
                if Sold.documentType = Sold.documentType::Invoice then
                    Rec."Qty. on Sales Invoice" += Sold.outstanding
                else
                    Rec."Qty. on Sales Order" += Sold.outstanding;
                Rec.Modify();
            end;
        Sold.Close();
        OnHand.Open();
        while OnHand.Read() do
            if Stocked(OnHand.itemNo, OnHand.variantCode, OnHand.locationCode) then begin
                Rec.Quantity += OnHand.quantity;
                Rec.Modify();
            end;
        OnHand.Close();
        Complete(ItemFilter);
        Rec.CopyFilters(Asked);
    end;

    // Stocked makes the row of a place current, if stock is kept of the item.
    local procedure Stocked(ItemNo: Code[20]; VariantCode: Code[10]; LocationCode: Code[10]): Boolean
    var
        Item: Record Item;
    begin
        if Rec.Get(ItemNo, VariantCode, LocationCode) then
            exit(true);
        Item.SetLoadFields(Type, "Base Unit of Measure");
        if not Item.Get(ItemNo) then
            exit(false);
        if Item.Type <> Item.Type::Inventory then
            exit(false);
        Rec.Init();
        Rec."Item No." := ItemNo;
        Rec."Variant Code" := VariantCode;
        Rec."Location Code" := LocationCode;
        Rec."Base Unit of Measure" := Item."Base Unit of Measure";
        Rec.SystemId := CreateGuid();
        Rec.Insert(false, true);
        exit(true);
    end;

    // Complete adds a row for each item that has none, and what is planned up to today.
    local procedure Complete(ItemFilter: Text)
    var
        Item: Record Item;
        Due: Decimal;
    begin
        Item.SetRange(Type, Item.Type::Inventory);
        if ItemFilter <> '' then
            Item.SetFilter("No.", ItemFilter);
        Item.SetLoadFields("No.", Type, "Base Unit of Measure");
        if Item.FindSet() then
            repeat
                Rec.Reset();
                Rec.SetRange("Item No.", Item."No.");
                if Rec.IsEmpty() then
                    Stocked(Item."No.", '', '');
            until Item.Next() = 0;
        Rec.Reset();
        if Rec.FindSet(true) then
            repeat
                Item.Get(Rec."Item No.");
                Item.SetRange("Variant Filter", Rec."Variant Code");
                Item.SetRange("Location Filter", Rec."Location Code");
                Item.SetRange("Date Filter", 0D, Today());
                Item.CalcFields(
                    "Reserved Qty. on Inventory", "Qty. on Purch. Order", "Trans. Ord. Receipt (Qty.)",
                    "Trans. Ord. Shipment (Qty.)", "Qty. on Component Lines", "Qty. on Assembly Order", "Qty. on Asm. Component");
                Due :=
                    Item."Qty. on Purch. Order" + Item."Trans. Ord. Receipt (Qty.)" + Item."Qty. on Assembly Order" -
                    Item."Trans. Ord. Shipment (Qty.)" - Item."Qty. on Component Lines" - Item."Qty. on Asm. Component";
                Rec."Reserved Quantity" := Item."Reserved Qty. on Inventory";
                Rec."Projected Quantity" := Rec.Quantity + Due - Rec."Qty. on Sales Order";
                Rec.Modify();
            until Rec.Next() = 0;
    end;
}
