"""What lies in a workspace, and what is wrong with it.

items      image, marks, superpixels, label, datasets, networks, results: names, sizes, dates, how each is
own_jobs   the jobs that read or write in it
checking   everything opened and compared, each problem a sentence
"""
