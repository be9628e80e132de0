// The short codes that release messages use; any other code stays as it was typed.

const CODES = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", rocket: "🚀", eyes: "👀", tada: "🎉",
  lock: "🔒", unlock: "🔓", snowflake: "❄️", hourglass: "⌛", hourglass_flowing_sand: "⏳", no_entry: "⛔",
  rewind: "⏪", arrows_counterclockwise: "🔄", bell: "🔔", fire: "🔥", rotating_light: "🚨", clock1: "🕐",
  large_green_circle: "🟢", large_yellow_circle: "🟡", red_circle: "🔴", white_circle: "⚪", bulb: "💡", memo: "📝",
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", wave: "👋", package: "📦", mag: "🔍", star: "⭐",
};

export const emoji = (code) => CODES[code] ?? `:${code}:`;
export const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (_, code) => emoji(code));
