"""The leaderboard of an assignment."""
