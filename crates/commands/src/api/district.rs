//! The district's desk: what it sees of its stations and what it tells them all. What stations read of it stands here as well.

use super::{DeviceLine, StationLevel, shapes};
use fengxiang_domain::codes::{CodeList, Dimension};

shapes! {
    /// This PC becomes a desk of the district office; the person is its first officer.
    struct DistrictFound {
        pub address: String,
        pub code: String,
        pub device_name: String,
        pub officer_name: String,
        pub password: String,
    }

    /// `Unknown`: the station has told nothing yet.
    #[derive(Copy, PartialEq, Eq)]
    enum BoardState { Open, Closed, Paused, Unknown }

    /// Sums of days: visits are 人次, visitors 人数 of each day, the items 项次.
    struct BoardTotals {
        pub visits: i64,
        pub visitors: i64,
        pub basic: i64,
        pub added: i64,
        pub party: i64,
        pub self_counter: i64,
        pub backfill: i64,
    }

    struct BoardDay { pub on: String, pub totals: BoardTotals }

    /// A station of the district. Of one that has told nothing yet only the code is known.
    struct DistrictStation {
        pub id: String,
        pub code: String,
        pub name: Option<String>,
        pub level: Option<StationLevel>,
        pub address: Option<String>,
        pub phone: Option<String>,
        pub state: BoardState,
        pub since: Option<i64>,
        pub reason: Option<String>,
        pub reopen_at: Option<i64>,
        /// When one of its desks spoke to the hub last, to the minute.
        pub last_contact_at: Option<i64>,
        pub today: BoardTotals,
        pub month: BoardTotals,
        pub year: BoardTotals,
        pub tickets: i64,
        pub devices: Vec<DeviceLine>,
        /// One of its desks was given the keys; until then it can tell the district nothing.
        pub has_keys: bool,
    }

    struct DistrictOverview {
        /// Those that are shut for a while first.
        pub stations: Vec<DistrictStation>,
        /// Desks of the district office.
        pub offices: Vec<DeviceLine>,
        /// Another desk of the office must compare this fingerprint and say yes.
        pub is_waiting_for_keys: bool,
        pub fingerprint: Vec<String>,
        /// When the hub was asked last; what is shown is as of then.
        pub as_of: Option<i64>,
    }

    struct BoardDaysQuery { pub station_id: String, pub from_on: String, pub to_on: String }

    struct BoardTicketsQuery { pub station_id: Option<String> }

    /// A problem without words of a person. `level`, `unit_kind` and `due_at` come with the closed loop.
    struct BoardTicket {
        pub id: String,
        pub station_id: String,
        pub station_name: Option<String>,
        pub no: String,
        pub submitted_on: String,
        pub category: Option<String>,
        pub is_urgent: bool,
        pub group_size: Option<i64>,
        pub level: Option<String>,
        pub state: String,
        pub unit_kind: Option<String>,
        pub due_at: Option<i64>,
        pub title: Option<String>,
    }

    /// Brings a station back that has neither a desk nor its recovery key: what it wrapped for the office goes to this new desk
    /// of it. `reason` stands on the station's board.
    struct DistrictRestore { pub id: String, pub fingerprint: Vec<String>, pub reason: String }

    #[derive(Copy, PartialEq, Eq)]
    enum InvitedDesk { NewStation, Station, District }

    /// `station_id` of `Station`: one more desk of a station that is known.
    struct DistrictInvite { pub desk: InvitedDesk, pub station_id: Option<String> }

    struct Notice {
        pub id: String,
        pub title: String,
        pub text: String,
        pub published_on: String,
        /// The last day it is shown.
        pub until_on: Option<String>,
    }

    /// Without an id a new one.
    struct NoticePut { pub id: Option<String>, pub title: String, pub text: String, pub until_on: Option<String> }

    /// A day that is not what its weekday says.
    struct CalendarDay { pub id: String, pub on: String, pub is_workday: bool, pub name: String }

    struct CalendarPut { pub on: String, pub is_workday: bool, pub name: String }

    /// An entry that the district added to a code list of every station.
    struct SharedCode {
        pub list: CodeList,
        pub code: String,
        pub label: String,
        pub dimension: Option<Dimension>,
        pub is_retired: bool,
    }

    /// Without a code a new entry, which needs its dimension in the list of service items.
    struct SharedCodePut {
        pub list: CodeList,
        pub code: Option<String>,
        pub label: String,
        pub dimension: Option<Dimension>,
        pub is_retired: bool,
    }

    /// As the district may see it: no name, no phone, no ID number.
    struct TicketTitle { pub id: String, pub title: String }
}
