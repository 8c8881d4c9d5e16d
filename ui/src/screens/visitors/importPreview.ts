// What a file to be imported says about itself, and whether it may be written: all of it or nothing.
import type { ImportFault, ImportPreview } from "../../api/generated";

export type Hurdle = "empty" | "faults" | "consent";

/** What still stands between the preview and the import. */
export function hurdleOf(preview: ImportPreview, hasConsent: boolean): Hurdle | null {
  if (preview.faults.length > 0) return "faults";
  if (preview.row_count === 0) return "empty";
  return hasConsent ? null : "consent";
}

export type RowFaults = { row: number; faults: ImportFault[] };

/** Faults in the order of the sheet, those of one row together. */
export function byRow(faults: ImportFault[]): RowFaults[] {
  const rows = new Map<number, ImportFault[]>();
  for (const fault of faults) rows.set(fault.row, [...(rows.get(fault.row) ?? []), fault]);
  return [...rows].map(([row, faults]) => ({ row, faults })).sort((a, b) => a.row - b.row);
}
