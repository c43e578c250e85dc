"""The tools every Soledoor has: arithmetic, time, notes, tables, and a status for administrators."""
