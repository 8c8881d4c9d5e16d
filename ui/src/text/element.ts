// Element Plus in our two languages; weeks start on Monday in both.
import "dayjs/locale/en-gb";
import "dayjs/locale/zh-cn";
import en from "element-plus/es/locale/lang/en";
import zhCn from "element-plus/es/locale/lang/zh-cn";

const enOnMondays = { ...en, name: "en-gb" };

export function elementWords(language: string) {
  return language === "en" ? enOnMondays : zhCn;
}
