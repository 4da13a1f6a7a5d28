import {
  type AnchorProps,
  type BadgeProps,
  createTheme,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type MenuProps,
  type ModalProps,
  type TableProps,
  type TooltipProps,
} from "@mantine/core";

// Teal that has 4.5:1 against white from the sixth shade on, and against our dark background up to the fourth.
const teal: MantineColorsTuple = [
  "#e6f6f4",
  "#cdeae6",
  "#9dd6ce",
  "#69c0b4",
  "#3dac9e",
  "#1d8f81",
  "#0b766a",
  "#086158",
  "#064f48",
  "#043c37",
];

// As Mantine's, with shades that white text has 4.5:1 on where buttons use them.
const red: MantineColorsTuple = [
  "#fff5f5",
  "#ffe3e3",
  "#ffc9c9",
  "#ffa8a8",
  "#ff8787",
  "#ff6b6b",
  "#d12f2f",
  "#b92626",
  "#a31f1f",
  "#8d1919",
];

export const theme = createTheme({
  primaryColor: "teal",
  primaryShade: { light: 6, dark: 6 },
  colors: { teal, red },
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  defaultRadius: "sm",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  headings: { sizes: { h1: { fontSize: "1.25rem" }, h2: { fontSize: "1.0625rem" }, h3: { fontSize: "0.9375rem" } } },
  focusRing: "auto",
  respectReducedMotion: true,
  cursorType: "pointer",
  // Not by their `extend`, which would have what only dialogs need loaded with the first page.
  components: {
    Anchor: { defaultProps: { size: "sm" } satisfies Partial<AnchorProps> },
    Badge: { defaultProps: { radius: "sm", tt: "none" } satisfies Partial<BadgeProps> },
    // Its placeholder is no child that a menu may have; the first item takes the focus instead. It opens beside its
    // button for screen readers too, not at the end of the document and outside of every landmark.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, withinPortal: false } satisfies Partial<MenuProps> },
    Modal: {
      defaultProps: {
        closeButtonProps: { "aria-label": "Close" },
        // Its header is no banner of the page.
        attributes: { header: { role: "presentation" } },
      } satisfies Partial<ModalProps>,
      styles: { title: { fontSize: "var(--mantine-h2-font-size)", fontWeight: 600 } },
    },
    Table: {
      defaultProps: {
        verticalSpacing: 6,
        horizontalSpacing: "sm",
        highlightOnHover: true,
      } satisfies Partial<TableProps>,
    },
    Tooltip: {
      defaultProps: {
        withArrow: true,
        openDelay: 200,
        multiline: true,
        maw: 360,
        events: { hover: true, focus: true, touch: true },
      } satisfies Partial<TooltipProps>,
    },
  },
});

// Mantine's own dimmed, placeholder and error colours do not reach the contrast of WCAG 2.2 AA: mended here, once.
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#5a6168",
    "--mantine-color-placeholder": "#656c74",
    "--mantine-color-error": "#b42318",
    "--mantine-color-anchor": "#086158",
    "--mantine-color-body": "#ffffff",
    // The text of badges and alerts in the light variant.
    "--mantine-color-yellow-light-color": "#704b00",
    "--mantine-color-orange-light-color": "#8f3d00",
    "--mantine-color-green-light-color": "#1b6a2c",
    "--mantine-color-blue-light-color": "#1558a8",
    "--mantine-color-gray-light-color": "#495057",
  },
  dark: {
    "--mantine-color-dimmed": "#a6adb5",
    "--mantine-color-placeholder": "#9aa1a9",
    "--mantine-color-error": "#ff9b90",
    "--mantine-color-anchor": "#69c0b4",
    "--mantine-color-body": "#16191c",
    // Mantine's own is darker than the page: what is chosen in the navigation would hardly show.
    "--mantine-color-teal-light": "rgba(29, 143, 129, 0.26)",
    "--mantine-color-teal-light-hover": "rgba(29, 143, 129, 0.34)",
  },
});
