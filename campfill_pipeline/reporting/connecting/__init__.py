"""What a person uses while connecting an interface: a first description, and trying it before anything is stored.

Belongs here: drafts and trials. Does not belong here: what a refresh does every day (the room around), questions and
terminal output (`commands`).
"""
