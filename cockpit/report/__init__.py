"""The monthly report (月报): what it says, how it is drawn and set, checked, kept and sent."""
