"""Broadcasts: written, previewed, counted, approved by somebody else, sent, stopped, and told of afterwards.

Straight line: office (what the rules' desk looks like from here), refusals and words (what is said), common (finding
one for whoever asks), form (fields → draft), countings (counts behind the page), then a module of views for each step.
"""

from console.broadcasts import deciding, listing, one, reporting, running, writing

AREAS = (listing.views, writing.views, one.views, deciding.views, running.views, reporting.views)
