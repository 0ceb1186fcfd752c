"""Asset checks that are not carried by an asset itself."""
