// The short codes that release messages use; any other code stays as it was typed.

const CODES = {
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", warning: "⚠️", rocket: "🚀", eyes: "👀",
  tada: "🎉", ship: "🚢", shipit: "🚢", construction: "🚧", bug: "🐛", wrench: "🔧", hammer_and_wrench: "🛠️", gear: "⚙️", zap: "⚡",
  lock: "🔒", unlock: "🔓", key: "🔑", shield: "🛡️", snowflake: "❄️", hourglass: "⌛", hourglass_flowing_sand: "⏳",
  no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", rewind: "⏪", fast_forward: "⏩", leftwards_arrow_with_hook: "↩️",
  arrows_counterclockwise: "🔄", repeat: "🔁", bell: "🔔", no_bell: "🔕", mega: "📣", loudspeaker: "📢", fire: "🔥",
  rotating_light: "🚨", stopwatch: "⏱️", alarm_clock: "⏰", clock1: "🕐", calendar: "📅", spiral_calendar_pad: "🗓️", date: "📅",
  large_green_circle: "🟢", large_yellow_circle: "🟡", large_orange_circle: "🟠", red_circle: "🔴", white_circle: "⚪",
  large_blue_circle: "🔵", black_circle: "⚫", bulb: "💡", memo: "📝", clipboard: "📋", link: "🔗", pushpin: "📌",
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", wave: "👋", pray: "🙏", clap: "👏", raised_hands: "🙌", ok_hand: "👌",
  package: "📦", mag: "🔍", star: "⭐", sparkles: "✨", robot_face: "🤖", thinking_face: "🤔", smile: "😄", slightly_smiling_face: "🙂",
  heart: "❤️", question: "❓", grey_question: "❔", exclamation: "❗", information_source: "ℹ️", checkered_flag: "🏁", chart_with_upwards_trend: "📈",
};

export const emoji = (code) => CODES[code] ?? `:${code}:`;
export const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (_, code) => emoji(code));
