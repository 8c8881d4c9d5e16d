import { VueQueryPlugin } from "@tanstack/vue-query";
import { createApp } from "vue";
import App from "./App.vue";
import { queries } from "./api/call";
import "./style/tokens.css";
import "./style/base.css";
import "./style/element.css";
import "./style/pages.css";
import { theme, wear } from "./parts/theme";
import { i18n, speak } from "./text";

wear(theme.value);
speak(i18n.global.locale.value === "en" ? "en" : "zh-CN");
createApp(App).use(i18n).use(VueQueryPlugin, { queryClient: queries }).mount("#app");
