// The four lists a station may add to, rename in and retire from, as lines of one shape.
import type { CodeList, CodeLists, Dimension } from "../../api/generated";

export const CODE_LISTS: CodeList[] = ["visitor_type", "platform", "service_item", "ticket_category"];

export type CodeLine = {
  code: string;
  label: string | null;
  retired: boolean;
  dimension: Dimension | null;
  isSensitive: boolean;
};

/** Entries in use first, retired ones after them; each in the order of its code. */
export function linesOf(lists: CodeLists, list: CodeList): CodeLine[] {
  return plainLines(lists, list).sort((a, b) => Number(a.retired) - Number(b.retired));
}

function plainLines(lists: CodeLists, list: CodeList): CodeLine[] {
  if (list === "service_item")
    return lists.service_items.map(({ is_sensitive, ...item }) => ({ ...item, isSensitive: is_sensitive }));
  const plain = {
    visitor_type: lists.visitor_types,
    platform: lists.platforms,
    ticket_category: lists.ticket_categories,
  }[list];
  return plain.map((item) => ({ ...item, dimension: null, isSensitive: false }));
}
