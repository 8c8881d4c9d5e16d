//! The columns of R02 for visitor types: five of one type, two of many. What stands in those is said beneath the table.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeColumn {
    FoodRider,
    Courier,
    RideHailing,
    Truck,
    Streamer,
    /// Of the new forms of work, those without a column.
    OtherNewJobs,
    OtherGroups,
}

/// As they stand in the table.
pub const TYPE_COLUMNS: [TypeColumn; 7] = [
    TypeColumn::FoodRider,
    TypeColumn::Courier,
    TypeColumn::RideHailing,
    TypeColumn::Truck,
    TypeColumn::Streamer,
    TypeColumn::OtherNewJobs,
    TypeColumn::OtherGroups,
];

/// 01 to 07 are the new forms of work; a station's own types belong to the other groups.
pub fn type_column(visitor_type: &str) -> TypeColumn {
    match visitor_type {
        "01" => TypeColumn::FoodRider,
        "02" => TypeColumn::Courier,
        "03" => TypeColumn::RideHailing,
        "04" => TypeColumn::Truck,
        "06" => TypeColumn::Streamer,
        "05" | "07" => TypeColumn::OtherNewJobs,
        _ => TypeColumn::OtherGroups,
    }
}
