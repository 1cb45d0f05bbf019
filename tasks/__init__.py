"""The steps of a run, and what they share: each step takes ids and hands on ids, and is safe to call twice."""

from tasks.logs import tell_as_asked, tell_briefly

tell_briefly()
tell_as_asked()
