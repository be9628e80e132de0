"""The fields of Slack's payloads with their types: what the sandbox sends, and what Slack sends beside it.

From docs.slack.dev (interactivity, slash commands, Events API, Socket Mode), from the samples of payloads in Slack's own
SDKs, and from java-slack-sdk's templates of all fields. A field that is in neither part does not exist at Slack.
"""

from typing import Any

from tests.contract.github_fields import FLAG, LIST, MAYBE_OBJECT, MAYBE_TEXT, NUMBER, OBJECT, TEXT, Shape, names

ENVELOPE = {"token": TEXT, "team_id": TEXT, "api_app_id": TEXT}
EMPTY = {"enterprise": type(None), "is_enterprise_install": FLAG}
ORG = names("enterprise_id enterprise_name")
COMMAND = Shape(
    {
        **ENVELOPE,
        "team_domain": TEXT,
        "channel_id": TEXT,
        "channel_name": TEXT,
        "user_id": TEXT,
        "user_name": TEXT,
        "command": TEXT,
        "text": TEXT,
        "is_enterprise_install": TEXT,
        "response_url": TEXT,
        "trigger_id": TEXT,
    },
    ORG,
)
PERSON = Shape({"id": TEXT, "username": TEXT, "name": TEXT, "team_id": TEXT})
TEAM = Shape({"id": TEXT, "domain": TEXT}, ORG)
PLACE = Shape({"id": TEXT, "name": TEXT})
VIEW = Shape(
    {
        "id": TEXT,
        "team_id": TEXT,
        "type": TEXT,
        "blocks": LIST,
        "private_metadata": TEXT,
        "callback_id": TEXT,
        "state": OBJECT,
        "hash": TEXT,
        "title": OBJECT,
        "clear_on_close": FLAG,
        "notify_on_close": FLAG,
        "close": MAYBE_OBJECT,
        "submit": MAYBE_OBJECT,
        "previous_view_id": MAYBE_TEXT,
        "root_view_id": TEXT,
        "app_id": TEXT,
        "external_id": TEXT,
        "app_installed_team_id": TEXT,
        "bot_id": TEXT,
    },
    names("submit_disabled"),
)
MESSAGE = Shape(
    {
        "type": TEXT,
        "user": TEXT,
        "ts": TEXT,
        "text": TEXT,
        "team": TEXT,
        "bot_id": TEXT,
        "app_id": TEXT,
        "blocks": LIST,
    },
    names("attachments bot_profile client_msg_id edited files metadata parent_user_id permalink reactions reply_count")
    | names("reply_users reply_users_count latest_reply subscribed is_locked thread_ts subtype username"),
)
ACTED = {**EMPTY, "type": TEXT, "user": OBJECT, "api_app_id": TEXT, "token": TEXT, "team": OBJECT}
WHO = {"user": PERSON, "team": TEAM}
REST = names("app_unfurl bot_access_token function_data interactivity")
ACTION = Shape(
    {"type": TEXT, "action_id": TEXT, "block_id": TEXT, "action_ts": TEXT, "text": OBJECT, "value": TEXT},
    names("confirm style url accessibility_label"),
)
CHOICE = Shape(
    {"type": TEXT, "action_id": TEXT, "block_id": TEXT, "action_ts": TEXT, "selected_option": OBJECT},
    names("confirm initial_option placeholder"),
)
CLICK = Shape(
    {
        **ACTED,
        "container": OBJECT,
        "trigger_id": TEXT,
        "channel": OBJECT,
        "state": OBJECT,
        "response_url": TEXT,
        "actions": LIST,
        "message": OBJECT,
    },
    REST,
    {
        **WHO,
        "channel": PLACE,
        "actions": ACTION,
        "message": MESSAGE,
        "container": Shape(
            {"type": TEXT, "message_ts": TEXT, "channel_id": TEXT, "is_ephemeral": FLAG},
            names("app_unfurl_url attachment_id is_app_unfurl thread_ts"),
        ),
    },
)
IN_VIEW = Shape(
    {**ACTED, "container": OBJECT, "trigger_id": TEXT, "view": OBJECT, "actions": LIST},
    REST | {"response_urls"},
    {**WHO, "view": VIEW, "actions": CHOICE, "container": Shape({"type": TEXT, "view_id": TEXT})},
)
SUBMISSION = Shape({**ACTED, "trigger_id": TEXT, "view": OBJECT, "response_urls": LIST}, REST, {**WHO, "view": VIEW})
CLOSED = Shape({**ACTED, "view": OBJECT, "is_cleared": FLAG}, REST | {"response_urls"}, {**WHO, "view": VIEW})


def event(inner: Shape) -> Shape:
    """Return the callback around an event."""
    given = Shape(
        {"enterprise_id": type(None), "team_id": TEXT, "user_id": TEXT, "is_bot": FLAG, "is_enterprise_install": FLAG}
    )
    sent: dict[str, Any] = {
        **ENVELOPE,
        "event": OBJECT,
        "type": TEXT,
        "event_id": TEXT,
        "event_time": NUMBER,
        "authorizations": LIST,
        "is_ext_shared_channel": FLAG,
        "event_context": TEXT,
    }
    beside = names("authed_teams authed_users context_enterprise_id context_team_id enterprise_id")
    return Shape(sent, beside, {"event": inner, "authorizations": given})


OPENED = event(
    Shape(
        {"type": TEXT, "user": TEXT, "channel": TEXT, "tab": TEXT, "event_ts": TEXT, "view": OBJECT},
        inside={"view": VIEW},
    )
)
MENTION = event(
    Shape(
        {"type": TEXT, "user": TEXT, "text": TEXT, "ts": TEXT, "team": TEXT, "channel": TEXT, "event_ts": TEXT},
        names("blocks client_msg_id edited files source_team thread_ts upload user_profile user_team"),
    )
)
INTERACTIVE = Shape(
    {"envelope_id": TEXT, "type": TEXT, "payload": OBJECT, "accepts_response_payload": FLAG},
)
OF_EVENTS = Shape({**INTERACTIVE.sent, "retry_attempt": NUMBER, "retry_reason": TEXT})
HELLO = Shape(
    {"type": TEXT, "num_connections": NUMBER, "connection_info": OBJECT, "debug_info": OBJECT},
    inside={
        "connection_info": Shape({"app_id": TEXT}),
        "debug_info": Shape(
            {"host": TEXT, "build_number": NUMBER, "approximate_connection_time": NUMBER}, names("started")
        ),
    },
)
GOODBYE = Shape({"type": TEXT, "reason": TEXT, "debug_info": OBJECT}, inside={"debug_info": Shape({"host": TEXT})})
ANSWERS = {
    "auth.test": Shape(
        {"ok": FLAG, "url": TEXT, "team": TEXT, "user": TEXT, "team_id": TEXT, "user_id": TEXT, "bot_id": TEXT},
        names("is_enterprise_install enterprise_id app_name app_id expires_in"),
    ),
    "users.info": Shape(
        {"ok": FLAG, "user": OBJECT},
        inside={
            "user": Shape(
                {"id": TEXT, "team_id": TEXT, "name": TEXT, "deleted": FLAG, "real_name": TEXT, "profile": OBJECT}
                | {"is_bot": FLAG, "is_app_user": FLAG, "updated": NUMBER, "tz": TEXT, "tz_offset": NUMBER}
                | {"is_admin": FLAG, "is_owner": FLAG, "is_primary_owner": FLAG}
                | {"is_restricted": FLAG, "is_ultra_restricted": FLAG},
                names("color enterprise_id enterprise_name enterprise_user has_2fa is_connector_bot is_email_confirmed")
                | names("is_invited_user is_stranger is_workflow_bot locale teams tz_label who_can_share_contact_card"),
            )
        },
    ),
    "conversations.info": Shape(
        {"ok": FLAG, "channel": OBJECT},
        inside={
            "channel": Shape(
                {"id": TEXT, "name": TEXT, "name_normalized": TEXT, "is_channel": FLAG, "is_group": FLAG}
                | {"is_im": FLAG, "is_mpim": FLAG, "is_private": FLAG, "is_archived": FLAG, "is_general": FLAG}
                | {"is_shared": FLAG, "is_ext_shared": FLAG, "is_org_shared": FLAG, "is_member": FLAG}
                | {"context_team_id": TEXT, "topic": OBJECT, "purpose": OBJECT},
                names("created creator unlinked updated is_pending_ext_shared pending_shared previous_names properties")
                | names("shared_team_ids internal_team_ids num_members locale last_read conversation_host_id"),
            )
        },
    ),
    "usergroups.list": Shape(
        {"ok": FLAG, "usergroups": LIST},
        inside={
            "usergroups": Shape(
                {"id": TEXT, "team_id": TEXT, "is_usergroup": FLAG, "name": TEXT, "handle": TEXT, "is_external": FLAG}
                | {"date_delete": NUMBER, "user_count": NUMBER, "users": LIST},
                names("is_subteam description date_create date_update auto_type created_by updated_by deleted_by prefs")
                | names("channel_count enterprise_subteam_id auto_provision is_visible is_section"),
            )
        },
    ),
    "usergroups.users.list": Shape({"ok": FLAG, "users": LIST}),
}
"""Of each method what it answers, as far as the app reads it or Slack's template lists it."""
