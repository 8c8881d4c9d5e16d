// What is asked to reach a hub, as it is typed and as it is sent. Sends nothing.

export type HubForm = { address: string; code: string; device_name: string };
export const CODE_CHARS = 10;

export const emptyHubForm = (): HubForm => ({ address: "", code: "", device_name: "" });

/** As a browser would understand it: without a scheme it is meant encrypted. */
export function toAddress(typed: string): string {
  const plain = typed.normalize("NFKC").replace(/\s/g, "").replace(/\/+$/, "");
  return plain === "" || /^[a-z]+:\/\//i.test(plain) ? plain : `https://${plain}`;
}

/** Capital letters and digits, however it was read aloud and typed. */
export function toCode(typed: string): string {
  return typed
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "");
}

/** What was scanned or pasted: it says where the hub is and brings the code (`crates/sync/src/invitation.rs`). */
export function isInvitationText(typed: string): boolean {
  return /^\s*FX1\s+\S+\s+[0-9A-F]{32}\s+\S+\s*$/i.test(typed.normalize("NFKC"));
}

export function isWhole({ address, code, device_name }: HubForm): boolean {
  if (isInvitationText(code)) return device_name.trim() !== "";
  return toAddress(address) !== "" && toCode(code).length === CODE_CHARS && device_name.trim() !== "";
}

export function toHubRequest({ address, code, device_name }: HubForm): HubForm {
  if (isInvitationText(code))
    return { address: "", code: code.normalize("NFKC").trim(), device_name: device_name.trim() };
  return { address: toAddress(address), code: toCode(code), device_name: device_name.trim() };
}

/** In two groups, as it is read aloud. */
export function spelled(code: string): string[] {
  return code.match(/.{1,5}/g) ?? [];
}
