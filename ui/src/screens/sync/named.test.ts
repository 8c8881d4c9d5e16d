import { expect, test } from "vitest";
import { i18n } from "../../text";

// Whatever Rust may name here has words in both languages.
const KINDS = [
  ["station", "opening_balance", "staff", "staff_slot", "visitor", "visitor_merge", "code_item", "consent", "visit"],
  ["visit_leave", "visit_void", "service", "service_void", "ticket_submit", "number_gap", "incident", "shift_act"],
  ["handover", "handover_tick", "station_pause", "expiry", "tray_done", "device_key"],
].flat();
const NAMED = [
  ...KINDS.map((kind) => `sync.kind_${kind}`),
  ...["not_allowed", "row_too_large", "id_taken", "malformed", "unreadable"].map((why) => `sync.why_${why}`),
  ...["restored", "cloned", "hub_restored", "repaired", "backup_failed", "erase_refused"].flatMap((kind) => [
    `sync.alarm_${kind}`,
    `sync.alarm_${kind}_then`,
  ]),
  ...["code", "name", "level", "address", "opening_rules", "phone", "manager_phone", "aed_place"],
  ...["indicator", "as_of_on", "value", "source", "role", "valid_until_on", "is_active", "label", "is_retired"],
  ...["is_sensitive", "sync.is_sensitive_yes", "sync.is_sensitive_no"],
  ...["alias", "visitor_type", "platform", "work_area", "card_no", "expires_on", "is_alive", "device_name", "groups"],
  ...["hub_refused", "hub_foreign", "local_store", "key_missing"].flatMap((code) => [
    `sync.stop_${code}`,
    `error.${code}`,
  ]),
  ...["wrong_code", "station_taken", "station_missing", "device_taken", "unknown_recovery", "not_joined"].map(
    (code) => `error.${code}`,
  ),
  ...["unsent", "hub_offline", "hub_busy", "revoked", "revoked_here", "join_running"].map((code) => `error.${code}`),
].map((key) => (key.includes(".") ? key : `field.${key}`));

test.each(NAMED)("%s has words in both languages", (key) => {
  for (const language of ["zh-CN", "en"] as const) expect(i18n.global.te(key, language)).toBe(true);
});
